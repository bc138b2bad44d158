import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { challengeFor } from '../../src/countersignature/passkey.ts';
import type { Assertion, Passkey, PasskeyProof } from '../../src/domain/passkey.ts';
import type { Verdict } from '../../src/domain/verdict.ts';

/** What an assertion says, before it is signed. */
export interface Stated {
  type: string;
  challenge: string;
  origin: string;
  rpId: string;
  /** User present 0x01, verified 0x04, backup eligible 0x08, backed up 0x10. */
  flags: number;
  signCount: number;
  /** More of the client data. */
  client: Record<string, unknown>;
}

const PRESENT_AND_VERIFIED = 0x05;

/** An authenticator in software, with one ES256 passkey: honest, unless it is told what to state. */
export class SoftPasskey {
  readonly credentialId = randomBytes(16).toString('base64url');
  readonly publicKey: string;
  readonly personId: string;
  signCount = 0;
  readonly #origin: string;
  readonly #rpId: string;
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject };
  /** By how much its counter moves with each signature; 0: it does not count. */
  readonly #step: number;

  constructor(personId: string, { rpId = 'localhost', origin = 'http://localhost:7300', step = 1 } = {}) {
    this.personId = personId;
    this.#rpId = rpId;
    this.#origin = origin;
    this.#step = step;
    this.#keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.publicKey = this.#keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  }

  /** As it is registered. */
  get passkey(): Passkey {
    const { credentialId, personId, publicKey } = this;
    return { credentialId, personId, publicKey };
  }

  /** Its public key as a COSE key (RFC 9052) of the kind EC2, ES256, P-256. */
  get cose(): Uint8Array<ArrayBuffer> {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const [atX, atY] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    return new Uint8Array(Buffer.concat([hex('a5010203262001215820'), atX, hex('225820'), atY]));
  }

  assert(challenge: string, change: Partial<Stated> = {}): Assertion {
    this.signCount += this.#step;
    const stated = this.#stated('webauthn.get', challenge, change);
    const clientData = clientDataOf(stated);
    const data = authenticatorDataOf(stated);
    const signed = Buffer.concat([data, sha256(clientData)]);
    return {
      credentialId: this.credentialId,
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
    };
  }

  /** What it signs for a verdict on a question. */
  prove(
    caseId: string,
    verdict: Record<string, unknown>,
    { taskNo, digest }: { taskNo: number; digest: string },
    change: Partial<Stated> = {},
  ): PasskeyProof {
    const on = { taskNo, digest };
    return { ...on, ...this.assert(challengeFor(caseId, verdict as Verdict, on), change) };
  }

  /** What a browser gives when it has made this passkey. */
  create(challenge: string, change: Partial<Stated> = {}) {
    const stated = this.#stated('webauthn.create', challenge, { flags: 0x45, ...change });
    const id = Buffer.from(this.credentialId, 'base64url');
    const length = Buffer.from([id.length >> 8, id.length & 0xff]);
    const data = Buffer.concat([authenticatorDataOf(stated), Buffer.alloc(16), length, id, this.cose]);
    // CBOR of { fmt: 'none', attStmt: {}, authData }.
    const start = [hex('a363'), Buffer.from('fmt'), hex('64'), Buffer.from('none'), hex('67'), Buffer.from('attStmt')];
    const rest = [hex('a068'), Buffer.from('authData'), Buffer.from([0x58, data.length]), data];
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientDataOf(stated).toString('base64url'),
        attestationObject: Buffer.concat([...start, ...rest]).toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  #stated(type: string, challenge: string, change: Partial<Stated>): Stated {
    const { signCount } = this;
    const honest = { type, challenge, origin: this.#origin, rpId: this.#rpId, flags: PRESENT_AND_VERIFIED, signCount };
    return { ...honest, client: {}, ...change };
  }
}

function clientDataOf({ type, challenge, origin, client }: Stated): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...client }));
}

function authenticatorDataOf({ rpId, flags, signCount }: Stated): Buffer {
  const rest = Buffer.alloc(5);
  rest.writeUInt8(flags, 0);
  rest.writeUInt32BE(signCount, 1);
  return Buffer.concat([sha256(rpId), rest]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
