import { retryAfterMs } from '../retry-after.ts';
import { NotSent } from './notifier.ts';

/** Answers after which the same request has no better chance: it is wrong, or nobody is there any more. */
const FINAL = new Set([400, 401, 403, 404, 405, 410, 413, 415, 422]);
const MOST_SAID = 200;

/** One POST; throws `NotSent` on anything but 2xx. Redirects are not followed: the address is what was configured. */
export async function postJson(
  url: string,
  body: string,
  { headers = {}, timeoutMs }: { headers?: Record<string, string>; timeoutMs: number },
): Promise<void> {
  let response: Response;
  let said: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    said = await beginningOf(response);
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new NotSent(late ? `no answer within ${timeoutMs} ms` : `it cannot be reached: ${cause}`, { cause: error });
  }
  if (response.ok) return;
  const { status, headers: given } = response;
  throw new NotSent(`it answered ${status}${said === '' ? '' : `: ${said}`}`, {
    final: FINAL.has(status) || (status >= 300 && status < 400),
    retryAfterMs: retryAfterMs(given, Date.now()),
  });
}

/** The first characters of a refusal; whatever follows is not taken in. An answer that is well needs no reading. */
async function beginningOf({ ok, body }: Response): Promise<string> {
  let text = '';
  if (ok) await body?.cancel();
  if (ok || !body) return text;
  const decoder = new TextDecoder();
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MOST_SAID) break;
  }
  return text.slice(0, MOST_SAID);
}
