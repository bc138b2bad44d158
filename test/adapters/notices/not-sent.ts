import { NotSent } from '../../../src/adapters/notices/notifier.ts';

/** The refusal that sending ends with; fails when it was sent, or failed otherwise. */
export async function refusalOf(sending: Promise<void>): Promise<NotSent> {
  const error: unknown = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof NotSent) return error;
  throw new Error(`expected NotSent, got ${String(error)}`);
}
