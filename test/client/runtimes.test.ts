// The client where `atob`, `btoa` and `crypto` are missing, as in some runtimes of React Native: the built module in a context of its own.
import { randomUUID, webcrypto } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { TOTP } from 'otpauth';
import { decode, encode32 } from '../../client/base64url.ts';
import type * as Module from '../../client/index.ts';
import { eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { clientBuild } from '../../scripts/client.ts';
import { individual, startTestWorld } from '../support/world.ts';

let world: World;
let bare: typeof Module;
beforeAll(async () => {
  world = await startTestWorld();
  world.stytch.controls.setSwitches({ rateLimit: 'off' });
  const { outputFiles } = await build({
    ...clientBuild,
    entryPoints: ['client/index.ts'],
    format: 'iife',
    globalName: 'client',
    write: false,
  });
  // What React Native has of the web; the language's own objects come with the context.
  const ofTheWeb = { fetch, Headers, Blob, TextEncoder, AbortController, setTimeout };
  // Its AbortSignal has no `timeout`.
  const context = createContext({ ...ofTheWeb, AbortSignal: {} });
  bare = runInContext(`${outputFiles?.[0]?.text ?? ''};client`, context) as typeof Module;
  expect(runInContext('[typeof atob, typeof btoa, typeof crypto, typeof Buffer]', context)).toEqual(
    Array.from({ length: 4 }, () => 'undefined'),
  );
});
afterAll(() => world.close());

const newEmail = () => `bare.${randomUUID()}@example.com`;
const lastCode = async (email: string): Promise<string> =>
  eventually('the mail', 15, () => world.stytch.controls.outbox(email).at(-1)?.code);

describe('without atob, btoa and crypto', () => {
  it('a passcode signs in, and tells sessions apart for refresh, step-up and customer tokens', async () => {
    const email = newEmail();
    const client = bare.createClient({ baseUrl: world.apiUrl });
    await client.signUp({ method: 'email_otp', email });
    const { userId } = await client.completeSignUp(await lastCode(email));
    const { secret } = await client.enrolTotp();
    await client.confirmTotp({ code: new TOTP({ secret }).generate() });
    // The refreshed JWT is another one of the same session: it is taken.
    await client.refresh();
    expect(await client.me()).toMatchObject({ userId, next: 'apply' });
    await expect(client.customerToken({ scopes: ['accounts'] })).rejects.toMatchObject({
      code: 'no_customer',
    });
  });

  it('a link and an application need what the app brings, and say so before anything is sent', async () => {
    const email = newEmail();
    const client = bare.createClient({ baseUrl: world.apiUrl });
    await expect(client.signUp({ email })).rejects.toThrow('getRandomValues');
    expect(world.stytch.controls.inbox(email)).toEqual([]);
  });

  it('a link and an application work with what the app brings', async () => {
    const email = newEmail();
    const asked: string[] = [];
    const crypto: Module.CryptoLike = {
      getRandomValues: (bytes) => webcrypto.getRandomValues(bytes),
      subtle: {
        digest: (algorithm, bytes) => {
          asked.push(algorithm);
          return webcrypto.subtle.digest(algorithm, bytes);
        },
      },
    };
    const client = bare.createClient({ baseUrl: world.apiUrl, crypto });
    await client.signUp({ email });
    const token = await eventually('the mail', 15, () => world.stytch.controls.inbox(email).at(-1)?.token);
    await client.completeSignUp(token);
    const { secret } = await client.enrolTotp();
    await client.confirmTotp({ code: new TOTP({ secret }).generate() });
    const body = individual(email) as Module.IndividualRequest;
    expect(await client.apply(body)).toMatchObject({ status: 'Approved' });
    const { customerToken } = await client.customerToken({ scopes: ['accounts'] });
    expect((await client.customerToken({ scopes: ['accounts'] })).customerToken).toBe(customerToken);
    expect(asked).toEqual(['SHA-256', 'SHA-256']);
  });
});

describe('base64url by hand', () => {
  it('is what Node makes of 32 bytes, and reads what Node writes', () => {
    for (let i = 0; i < 200; i += 1) {
      const bytes = webcrypto.getRandomValues(new Uint8Array(32));
      expect(encode32(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      const some = Buffer.from(bytes.subarray(0, i % 33));
      expect(decode(some.toString('base64url'))).toBe(some.toString('latin1'));
    }
  });

  it('reads a payload of several kilobytes, and nothing of what is none', () => {
    const text = JSON.stringify({ a: 'x'.repeat(9000) });
    expect(decode(Buffer.from(text).toString('base64url'))).toBe(text);
    expect([decode(), decode('')]).toEqual(['', '']);
  });
});
