import { describe, expect, it, jest } from '@jest/globals';
import { fits } from '../../functions/adapters/secrets.ts';
import { routes } from '../../functions/contract/routes.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { signedInJson } from '../../functions/http/endpoint.ts';
import { behindCloudFront, type FrontDoor, openDoor } from '../../functions/http/front-door.ts';
import { serve } from '../../functions/http/serve.ts';
import { BEARER, bodyOf, contextOf, eventOf, requestOf, runtimeOf } from '../support/adapters-http.ts';

interface Value {
  readonly value: string;
  readonly previous?: string;
}

const NOW = 'origin-secret-of-today';
const BEFORE = 'origin-secret-of-yesterday';
const secretOf = (first: Value, later: Value = first) => {
  let value = first;
  const read = jest.fn(async () => value);
  const secret = {
    read,
    readFresh: read,
    renew: jest.fn(async (refused: string) => {
      value = later;
      return refused === value.value ? null : value;
    }),
  };
  return { ...secret, fits: (test: (text: string) => boolean) => fits(secret, test) };
};
const viewer = { 'x-viewer-address': '198.51.100.9' };
const sending = (secret?: string, headers: Record<string, string> = viewer) =>
  requestOf({ headers: secret === undefined ? headers : { ...headers, 'x-origin-secret': secret } });
const knock = (door: FrontDoor, secret?: string, headers?: Record<string, string>): Promise<string> =>
  door(sending(secret, headers)).then(
    () => 'in',
    (error: unknown) =>
      error instanceof ServiceError ? `${error.code} ${error.details.reason}` : 'thrown: no ServiceError',
  );

describe('the door behind CloudFront', () => {
  it('A4.1.3 lets in what brings the origin secret, and nothing else', async () => {
    const door = behindCloudFront(secretOf({ value: NOW }));
    expect(await knock(door, NOW)).toBe('in');
    expect(await knock(door)).toBe('not_found origin_secret_missing');
    for (const guess of ['', 'a', `${NOW} `, NOW.toUpperCase(), `${NOW},${NOW}`, BEFORE, 'undefined'])
      expect(await knock(door, guess)).toBe('not_found origin_secret_wrong');
  });

  it('INV7 takes the previous value too while it is being rotated', async () => {
    const door = behindCloudFront(secretOf({ value: NOW, previous: BEFORE }));
    expect([await knock(door, NOW), await knock(door, BEFORE)]).toEqual(['in', 'in']);
    expect(await knock(door, 'neither-of-the-two')).toBe('not_found origin_secret_wrong');
  });

  it('INV7 picks up a value that was rotated since it was cached', async () => {
    const secret = secretOf({ value: BEFORE }, { value: NOW, previous: BEFORE });
    expect(await knock(behindCloudFront(secret), NOW)).toBe('in');
    expect(secret.renew).toHaveBeenCalledWith(BEFORE);
    expect(await knock(behindCloudFront(secret), 'neither-of-the-two')).toBe('not_found origin_secret_wrong');
  });

  it('INV7 picks up a previous value that is there again, as for a distribution not yet deployed', async () => {
    const secret = secretOf({ value: NOW }, { value: NOW, previous: BEFORE });
    expect(await knock(behindCloudFront(secret), BEFORE)).toBe('in');
  });

  it('does not even read the secret for who brings none', async () => {
    const secret = secretOf({ value: NOW });
    await knock(behindCloudFront(secret));
    expect(secret.read).not.toHaveBeenCalled();
  });

  it('stays shut while the secret cannot be read', async () => {
    const down = async () => {
      throw new ServiceError('temporarily_unavailable', { reason: 'secrets_manager' });
    };
    expect(await knock(behindCloudFront({ fits: down }), NOW)).toBe(
      'temporarily_unavailable secrets_manager',
    );
  });

  it('A4.1.3 takes nothing from a CloudFront that does not say who called it, on no route', async () => {
    const door = behindCloudFront(secretOf({ value: NOW }));
    const wrong = { 'x-viewer-address': '198.51.100.9:443' };
    for (const headers of [{}, wrong, { 'cloudfront-viewer-address': '198.51.100.9:443' }])
      expect(await knock(door, NOW, headers)).toBe('server_error viewer_address_missing');
    // Who comes past it learns nothing of that.
    expect(await knock(door, BEFORE, {})).toBe('not_found origin_secret_wrong');
  });

  it('is open where no proxy is trusted', async () => {
    expect([await knock(openDoor), await knock(openDoor, 'anything')]).toEqual(['in', 'in']);
  });
});

describe('a request that comes past CloudFront', () => {
  const run = jest.fn(async () => ({ status: 201 as const, body: {} }));
  const jwts = jest.fn();
  const frontDoor = behindCloudFront(secretOf({ value: NOW }));
  const ask = async (routeKey: string, headers: Record<string, string>) => {
    const runtime = runtimeOf({
      frontDoor,
      jwts: async () => {
        jwts();
        throw new Error('nobody is authenticated at a door that is shut');
      },
    });
    const handler = serve(runtime, signedInJson(routes.exchangeToken, run));
    return { answer: await handler(eventOf({ routeKey, headers }), contextOf()), lines: runtime.lines };
  };

  it.each(['POST /v1/token', 'GET /v1/token', '$default'])(
    'S1 is refused before route, session and body are looked at: %s',
    async (routeKey) => {
      const guess = 'a-guess-that-nobody-may-log';
      const forged = { authorization: BEARER, 'x-viewer-address': '198.51.100.1' };
      for (const headers of [forged, { ...forged, 'x-origin-secret': guess }]) {
        const { answer, lines } = await ask(routeKey, headers);
        expect(answer.statusCode).toBe(404);
        expect(bodyOf(answer)).toMatchObject({
          code: 'not_found',
          detail: expect.stringContaining('its own name'),
        });
        expect(JSON.stringify([answer, lines])).not.toContain(guess);
        expect(JSON.stringify([answer, lines])).not.toContain(NOW);
        expect(lines.find(({ code }) => code === 'request.refused')?.fields['reason']).toMatch(
          /^origin_secret_/,
        );
      }
      expect(jwts).not.toHaveBeenCalled();
      expect(run).not.toHaveBeenCalled();
    },
  );

  it('is served as ever when CloudFront brought it', async () => {
    const { answer } = await ask('GET /v1/token', { ...viewer, 'x-origin-secret': NOW });
    expect(bodyOf(answer)).toMatchObject({ code: 'method_not_allowed' });
  });

  it('is a fault of ours, told and logged, when CloudFront brought it and does not say from whom', async () => {
    const { answer, lines } = await ask('POST /v1/token', { 'x-origin-secret': NOW });
    expect([answer.statusCode, bodyOf(answer)['code']]).toEqual([500, 'server_error']);
    expect(lines.find(({ code }) => code === 'request.refused')?.fields).toMatchObject({
      errorCode: 'server_error',
      reason: 'viewer_address_missing',
    });
  });
});
