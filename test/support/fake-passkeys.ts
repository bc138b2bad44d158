import type { Passkeys } from '../../src/activities/ports.ts';
import type { Passkey, RelyingParty } from '../../src/domain/passkey.ts';

/** Passkeys in memory; put one in to register it. */
export class FakePasskeys implements Passkeys {
  party: RelyingParty = { rpId: 'localhost' };
  readonly registered = new Map<string, Passkey & { signCount: number }>();
  readonly #uses = new Set<string>();

  register(passkey: Passkey, signCount = 0): void {
    this.registered.set(passkey.credentialId, { ...passkey, signCount });
  }

  hasAny(personId: string): Promise<boolean> {
    return Promise.resolve([...this.registered.values()].some((one) => one.personId === personId));
  }

  find(credentialId: string): Promise<Passkey | undefined> {
    return Promise.resolve(this.registered.get(credentialId));
  }

  use({ credentialId, challenge, signCount }: Parameters<Passkeys['use']>[0]): Promise<boolean> {
    const known = this.registered.get(credentialId);
    if (!known) return Promise.resolve(false);
    const use = `${credentialId} ${challenge} ${signCount}`;
    if (signCount > 0 && this.#uses.has(use)) return Promise.resolve(true);
    if ((signCount > 0 || known.signCount > 0) && signCount <= known.signCount) return Promise.resolve(false);
    known.signCount = signCount;
    this.#uses.add(use);
    return Promise.resolve(true);
  }
}
