// Verifies a webhook of Countersign (https://www.standardwebhooks.com). Needs nothing but Node.
import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 5 * 60;

/**
 * Throws unless the request was signed with the secret within the last five minutes. Returns the notices.
 *
 * @param {string} secret `whsec_...`, as in COUNTERSIGN_NOTICES
 * @param {Record<string, string | undefined>} headers with names in lower case
 * @param {string} body exactly as it came, before it is parsed
 * @returns {{ id: string, notices: Record<string, unknown>[] }} `id`: the same when a message is sent again
 */
export function verifiedNotices(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) throw new Error('not signed');
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(age <= TOLERANCE_SECONDS)) throw new Error('too old, or a clock is wrong');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // There may be several, separated by blanks, while a secret is changed.
  const right = signatures.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!right) throw new Error('the signature is not right');
  return { id, notices: JSON.parse(body).data.notices };
}
