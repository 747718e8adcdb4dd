// A simulator on a test bench: a clock that the test moves, and calls without HTTP.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as z from 'zod/mini';
import { createStytchSimulator, type StytchSimulator } from '../../../simulators/stytch/simulator.ts';

export const PROJECT_ID = 'project-test-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f';
export const SECRET = 'secret-test-not-a-real-one';
export const CALLBACK = 'https://app.bank.example/callback';
export const START = Date.parse('2030-01-01T10:00:00Z');

const answerShape = z.record(z.string(), z.unknown());

export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;

  constructor(response: Response, body: Record<string, unknown>) {
    this.status = response.status;
    this.headers = response.headers;
    this.body = body;
  }

  get errorType(): unknown {
    return this.body['error_type'];
  }

  /** A string of the body, or of an object in it. */
  text(...path: readonly string[]): string {
    const value = path.reduce<unknown>((inner, name) => z.parse(answerShape, inner)[name], this.body);
    if (typeof value === 'string') return value;
    throw new Error(`${path.join('.')} is no string in ${JSON.stringify(this.body)}`);
  }
}

export class Bench {
  now = START;
  readonly simulator: StytchSimulator;

  constructor(options: { readonly projectId?: string; readonly redirectUrls?: readonly string[] } = {}) {
    this.simulator = createStytchSimulator({
      projectId: options.projectId ?? PROJECT_ID,
      secret: SECRET,
      redirectUrls: options.redirectUrls ?? [CALLBACK, 'https://app.bank.example/other'],
      now: () => this.now,
    });
    this.#projectId = options.projectId ?? PROJECT_ID;
  }

  readonly #projectId: string;

  get controls(): StytchSimulator['controls'] {
    return this.simulator.controls;
  }

  /** Starts over, but for the signing keys, whose making takes long. */
  restart(): void {
    this.now = START;
    this.controls.reset();
  }

  pass(seconds: number): void {
    this.now += seconds * 1_000;
  }

  async call(line: string, body?: unknown, credentials = `${this.#projectId}:${SECRET}`): Promise<Answer> {
    const [method, path] = line.split(' ');
    const request = new Request(`http://stytch.simulator${path}`, {
      method: method ?? 'GET',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await this.simulator.handle(request);
    return new Answer(response, z.parse(answerShape, await response.json()));
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.call(`POST ${path}`, body);
  }

  /** Mails a link to an address and hands back its token. */
  async link(email: string, extra: Record<string, unknown> = {}): Promise<string> {
    const sent = await this.post('/v1/magic_links/email/login_or_create', { email, ...extra });
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
    return this.lastMail(email).token;
  }

  lastMail(email: string): { readonly token: string; readonly url: string; readonly kind: string } {
    const mail = this.controls.inbox(email).at(-1);
    if (mail === undefined) throw new Error(`no mail to ${email}`);
    return mail;
  }

  lastCode(to: string): { readonly code: string; readonly methodId: string } {
    const sent = this.controls.outbox(to).at(-1);
    if (sent === undefined) throw new Error(`no code to ${to}`);
    return sent;
  }

  /** Signs an address in by magic link and hands back the answer. */
  async signIn(email: string, minutes = 60): Promise<Answer> {
    const token = await this.link(email);
    this.pass(1);
    return this.post('/v1/magic_links/authenticate', { token, session_duration_minutes: minutes });
  }
}

/** The header and claims of a JWT, unverified. */
export function decoded(jwt: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  return { header: { ...decodeProtectedHeader(jwt) }, claims: { ...decodeJwt(jwt) } };
}
