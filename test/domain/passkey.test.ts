import { describe, expect, test } from 'vitest';
import { isOwnOrigin, isSignedByPasskey, passkeyProblem, relyingPartyOf } from '../../src/domain/passkey.ts';

describe('whose passkeys are', () => {
  test.each<[string, string | undefined, string]>([
    ['of this machine where no address is set', undefined, 'localhost'],
    ['of the host of the public address', 'https://desk.example/x', 'desk.example'],
    ['of localhost, also when it is set', 'http://localhost:7300', 'localhost'],
  ])('%s', (_, publicUrl, rpId) => {
    expect(relyingPartyOf(publicUrl)).toMatchObject({ rpId });
  });

  test.each(['http://127.0.0.1:7300', 'https://10.0.0.5', 'http://[::1]:7300'])(
    'of no IP address: %s says what to do',
    (url) => {
      expect(relyingPartyOf(url).problem).toMatch(/IP address.*http:\/\/localhost/);
    },
  );

  test('of no host without https', () => {
    expect(relyingPartyOf('http://desk.example').problem).toMatch(/no https address/);
  });
});

test.each<[string | undefined, string, boolean]>([
  [undefined, 'http://localhost:7300', true],
  [undefined, 'http://localhost', true],
  [undefined, 'http://127.0.0.1:7300', false],
  [undefined, 'http://localhost.evil.example', false],
  [undefined, 'http://localhost:7300.evil.example', false],
  [undefined, 'https://evil.example', false],
  ['https://desk.example', 'https://desk.example', true],
  ['https://desk.example', 'http://desk.example', false],
  ['https://desk.example', 'https://evil.desk.example', false],
  ['https://desk.example', 'http://localhost:7300', false],
  ['http://127.0.0.1', 'http://127.0.0.1', false],
])('with %s a page of %s may use them: %s', (publicUrl, origin, may) => {
  const party = relyingPartyOf(publicUrl);
  expect(isOwnOrigin(party, origin)).toBe(may);
  expect(passkeyProblem(party, origin) === undefined).toBe(may);
});

test('who opens the desk elsewhere is told where', () => {
  expect(passkeyProblem(relyingPartyOf(), 'http://127.0.0.1:7300')).toBe(
    'Passkeys work at http://localhost:7300 only: open the desk there.',
  );
  expect(passkeyProblem(relyingPartyOf('https://desk.example'), 'http://localhost:7300')).toBe(
    'Passkeys work at https://desk.example only: open the desk there.',
  );
  expect(passkeyProblem(relyingPartyOf(), undefined)).toMatch(/open the desk there/);
});

test('what decides or undoes is signed; asking somebody else is not', () => {
  const kinds = [
    'approve',
    'amend',
    'reject',
    'confirm',
    'withdraw',
    'reassign',
    'escalate',
    'request-information',
  ] as const;
  expect(kinds.filter(isSignedByPasskey)).toEqual(['approve', 'amend', 'reject', 'confirm', 'withdraw']);
});
