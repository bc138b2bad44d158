import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** What the server says to a recipient or a message in place of taking it. */
export interface MailRefusal {
  at: 'recipient' | 'message';
  code: number;
}

/** A real SMTP server of the test's own, which keeps what it was sent. */
export class MailServer {
  readonly mails: Email[] = [];
  readonly recipients: string[][] = [];
  refusal: MailRefusal | undefined;
  /** Never says whether it has taken a message. */
  hangs = false;
  readonly #server: SMTPServer;

  constructor(options: { user?: string; password?: string } = {}) {
    const { user, password } = options;
    this.#server = new SMTPServer({
      ...{ disabledCommands: user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'], allowInsecureAuth: true },
      closeTimeout: 100,
      onAuth: (given, _session, done) => {
        const right = given.username === user && given.password === password;
        done(right ? null : refused(535, 'wrong password'), right ? { user: given.username } : undefined);
      },
      onRcptTo: (_address, _session, done) => {
        done(this.refusal?.at === 'recipient' ? refused(this.refusal.code, 'not here') : null);
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.hangs) return;
          if (this.refusal?.at === 'message') return done(refused(this.refusal.code, 'not this'));
          this.recipients.push(session.envelope.rcptTo.map(({ address }) => address));
          this.#taken(Buffer.concat(chunks), done);
        });
      },
    });
    // A client that gives up is no fault of the server.
    this.#server.on('error', () => undefined);
  }

  #taken(bytes: Buffer, done: () => void): void {
    const parsed = PostalMime.parse(bytes).then((mail) => this.mails.push(mail));
    void parsed.finally(done);
  }

  /** Starts on a free port and returns the address. */
  async start(): Promise<string> {
    const server = this.#server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function refused(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
