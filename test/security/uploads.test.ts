// Documents as a way in: what a file claims to be, how large, how often, for which application; and racing a decision.
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RouteName, routes } from '../../functions/contract/routes.ts';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, exchange, expectToken, loggedRefusal, vendorCallsFrom } from '../support/attacks.ts';
import {
  type Applicant,
  applicant,
  cancel,
  changesAtUnit,
  documentPath,
  put,
  randomFile,
  ssns,
} from '../support/documents.ts';
import { expectProblem } from '../support/problems.ts';
import { api, startSecurityWorld } from '../support/security.ts';

const MB = 1024 * 1024;

let world: World;
beforeAll(async () => {
  world = await startSecurityWorld({ uploadsPerDay: 4 });
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());
afterEach(() => {
  world.unit.controls.heal();
  world.unit.controls.resumeWebhooks();
});

type Bytes = Uint8Array<ArrayBuffer>;
const bytesOf = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));
const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));

const html = bytesOf('<!doctype html><script>alert(1)</script>');
const svg = bytesOf('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
const png = randomFile('image/png', 200);

/** Somebody of whom Unit wants an ID document, and of whom every event has arrived. */
async function waiting(): Promise<Applicant> {
  const one = await applicant(world, ssns.wantsIdDocument);
  await world.unit.controls.flushWebhooks();
  return one;
}

const send = (one: Applicant, type: string, bytes: Bytes, side: 'front' | 'back' = 'front') =>
  put(world, documentPath(one, side), one.user.sessionJwt, type, bytes);

const documentAtUnit = ({ unitApplicationId }: Applicant) =>
  world.unit.controls.applications().find(({ id }) => id === unitApplicationId)?.documents[0];

describe('what a file says it is', () => {
  attack('O8 files under another name than one of the three', { stoppedBy: 'file-type' }, async () => {
    const one = await waiting();
    const calls = vendorCallsFrom(world);
    for (const type of [
      'text/html',
      'image/svg+xml',
      'image/svg+xml, image/png',
      'image/png, text/html',
      'image/png; charset=utf-7',
      'image/png;image/jpeg',
      'application/octet-stream',
      'application/pdf+html',
      'multipart/form-data; boundary=image/png',
      'image/*',
      '*/*',
      'application/json',
      'application/vnd.api+json',
      'image/gif',
      'application/zip',
    ]) {
      expectProblem(await send(one, type, png), 'unsupported_media_type', type);
    }
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });

  attack('O8 files that are not what their type says', { stoppedBy: 'file-signature' }, async () => {
    const one = await waiting();
    const calls = vendorCallsFrom(world);
    const files: readonly (readonly [string, string, Bytes])[] = [
      ['HTML as PNG', 'image/png', html],
      ['SVG as PNG', 'image/png', svg],
      ['SVG as PDF', 'application/pdf', svg],
      ['PNG as PDF', 'application/pdf', png],
      ['PDF as JPEG', 'image/jpeg', randomFile('application/pdf', 200)],
      ['a PNG behind HTML', 'image/png', joined(html, png)],
      ['a PDF behind a blank line', 'application/pdf', joined(bytesOf('\r\n'), bytesOf('%PDF-1.7'))],
      ['a PNG behind a mark of UTF-8', 'image/png', joined(bytesOf('\u00ef\u00bb\u00bf'), png)],
      ['half a signature', 'image/png', png.slice(0, 7)],
      ['GIF', 'image/png', bytesOf('GIF89a')],
      ['ZIP', 'application/pdf', bytesOf('PK\u0003\u0004')],
      ['an executable', 'image/jpeg', bytesOf('MZ\u0090')],
      ['base64 of a PNG', 'image/png', bytesOf(Buffer.from(png).toString('base64'))],
      ['gzip of a PNG', 'image/png', new Uint8Array(gzipSync(png))],
    ];
    for (const [what, type, bytes] of files) {
      expectProblem(await send(one, type, bytes), 'unsupported_media_type', what);
    }
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });

  it('O8 a picture with a page hidden in it passes: as a picture, unread, to Unit alone', async () => {
    const one = await waiting();
    const polyglot = joined(png, html, bytesOf('%PDF-1.7 /OpenAction'), bytesOf('PK\u0003\u0004'));
    const taken = await send(one, 'IMAGE/PNG', polyglot);
    expect(taken.status).toBe(200);
    expect(taken.headers.get('content-type')).toMatch(/^application\/json/);
    expect(documentAtUnit(one)?.front).toMatchObject({ mediaType: 'image/png', bytes: polyglot });
    // Whoever wants to see it asks Unit: no route of ours answers anything but JSON, and none reads a document.
    const raw = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].body === 'raw');
    expect(raw.sort()).toEqual(['unitWebhook', 'uploadDocument', 'uploadDocumentBack']);
    const read = await api(world, 'GET', documentPath(one), one.user.sessionJwt);
    expect([404, 405]).toContain(read.status);
  });
});

/** Sends a file in pieces, without saying how long it is. */
function inPieces(one: Applicant, bytes: Uint8Array): Promise<Exchange> {
  const { hostname, port } = new URL(world.apiUrl);
  const path = documentPath(one);
  const headers = {
    authorization: `Bearer ${one.user.sessionJwt}`,
    'content-type': 'image/png',
    'transfer-encoding': 'chunked',
  };
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ hostname, port, method: 'PUT', path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          method: 'PUT',
          url: path,
          status: answer.statusCode ?? 0,
          headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
        }),
      );
    });
    sending.on('error', reject);
    for (let at = 0; at < bytes.length; at += 65_537) sending.write(bytes.subarray(at, at + 65_537));
    sending.end();
  });
}

describe('how large a file is', () => {
  attack('O4 a byte over the limit, at once and in pieces', { stoppedBy: 'body-size' }, async () => {
    const one = await waiting();
    const calls = vendorCallsFrom(world);
    const large = randomFile('image/png', 4 * MB + 1);
    expectProblem(await send(one, 'image/png', large), 'payload_too_large');
    expectProblem(await inPieces(one, large), 'payload_too_large');
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });

  it('O4 in pieces, or said to be compressed, it is the bytes that came: nothing is inflated', async () => {
    const [one, other] = [await waiting(), await waiting()];
    expect((await inPieces(one, png)).status).toBe(200);
    expect(documentAtUnit(one)?.front).toMatchObject({ bytes: png });
    const url = `${world.apiUrl}${documentPath(other)}`;
    const headers = {
      authorization: `Bearer ${other.user.sessionJwt}`,
      'content-type': 'image/png',
      'content-encoding': 'gzip',
    };
    const bomb = new Uint8Array(gzipSync(new Uint8Array(64 * MB)));
    const refused = await fetch(url, { method: 'PUT', headers, body: bomb });
    expect(refused.status).toBe(415);
    expect((await fetch(url, { method: 'PUT', headers, body: png })).status).toBe(200);
    expect(documentAtUnit(other)?.front).toMatchObject({ bytes: png });
  });
});

describe('how often, and for which application', () => {
  attack('O6 a flood of files, one after another and at once', { stoppedBy: 'uploads' }, async () => {
    const one = await waiting();
    const fault = { kind: 'status', status: 500 } as const;
    world.unit.controls.arm({ method: 'PUT', path: '/applications/*/documents/*', times: 99, fault });
    const before = changesAtUnit(world);
    for (let i = 0; i < 2; i += 1) {
      expectProblem(await send(one, 'image/png', png), 'upstream_unavailable');
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(one, 'image/png', png)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(6);
    expect(changesAtUnit(world)).toBe(before + 4);
    // The other side is counted with it.
    expectProblem(await send(one, 'image/png', png, 'back'), 'rate_limited');
  });

  attack('A2.3.1 a file for a canceled application', { stoppedBy: 'open-at-unit' }, async () => {
    const one = await waiting();
    expect((await cancel(world, one.user, one.applicationId)).status).toBe(200);
    const before = changesAtUnit(world);
    const refused = await send(one, 'image/png', png);
    expectProblem(refused, 'conflict');
    expect(await loggedRefusal(world, refused)).toEqual({ code: 'conflict', reason: 'application_final' });
    expect(changesAtUnit(world)).toBe(before);
  });

  attack('A2.3.1 cancelling what is approved or denied', { stoppedBy: 'open-at-unit' }, async () => {
    for (const ssn of [undefined, ssns.denied]) {
      const one = await applicant(world, ssn);
      await world.unit.controls.flushWebhooks();
      const before = changesAtUnit(world);
      expectProblem(await cancel(world, one.user, one.applicationId), 'conflict');
      expect(changesAtUnit(world)).toBe(before);
    }
  });

  attack('A2.3.1 another file over one that has come', { stoppedBy: 'wanted-side' }, async () => {
    const one = await waiting();
    expect((await send(one, 'image/png', png)).status).toBe(200);
    const before = changesAtUnit(world);
    expectProblem(await send(one, 'image/png', randomFile('image/png')), 'conflict');
    expect(changesAtUnit(world)).toBe(before);
    expect(documentAtUnit(one)?.front).toMatchObject({ bytes: png });
  });
});

describe('cancelling against a decision', () => {
  attack(
    'A15.4.2 a cancellation behind an approval takes nothing away and hides nothing',
    { stoppedBy: 'decided-meanwhile' },
    async () => {
      const one = await applicant(world, ssns.review);
      await world.unit.controls.flushWebhooks();
      world.unit.controls.pauseWebhooks();
      world.unit.controls.decide(one.unitApplicationId, 'approve');
      expectProblem(await cancel(world, one.user, one.applicationId), 'conflict');
      expectToken(await exchange(world, one.user.sessionJwt));
    },
  );

  it('A15.4.2 eight cancellations against an approval end in one state, the same here and at Unit', async () => {
    const one = await applicant(world, ssns.review);
    const attempts = Array.from({ length: 8 }, () => cancel(world, one.user, one.applicationId));
    // Refused by Unit where it is canceled before.
    const decide = async () => {
      await setTimeout(50);
      world.unit.controls.decide(one.unitApplicationId, 'approve');
    };
    const [answers] = await Promise.all([Promise.all(attempts), Promise.allSettled([decide()])]);
    await world.unit.controls.flushWebhooks();
    const status = world.unit.controls.applications().find(({ id }) => id === one.unitApplicationId)?.status;
    const own = await api(world, 'GET', `/v1/applications/${one.applicationId}`, one.user.sessionJwt);
    expect(own.body).toMatchObject({ status });
    const expected = status === 'Canceled' ? 200 : 409;
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([expected]));
    const token = await exchange(world, one.user.sessionJwt);
    if (status === 'Approved') expectToken(token);
    else expectProblem(token, 'no_customer');
  });
});

it('INV5 nothing of a file stands in a log line or an answer, whatever it was refused for', async () => {
  const from = world.logs().length;
  const mark = `MARK-${randomUUID()}`;
  const marked = joined(png, bytesOf(`\r\n{"code":"${mark}"}\r\n`));
  const one = await waiting();
  const answers = [
    await send(one, 'image/png', joined(bytesOf(mark), marked)),
    await send(one, `image/${mark}`, marked),
    await send({ ...one, documentId: '999999' }, 'image/png', marked),
    await send({ ...one, user: { ...one.user, sessionJwt: 'a.b.c' } }, 'image/png', marked),
    await send(one, 'image/png', joined(marked, new Uint8Array(4 * MB))),
    await send(one, 'image/png', marked),
    await send(one, 'image/png', marked),
  ];
  expect(answers.map(({ status }) => status)).toEqual([415, 415, 404, 401, 413, 200, 409]);
  const lines = world.logs().slice(from);
  expect(lines.length).toBeGreaterThan(answers.length);
  const kept = `${lines.map(({ line }) => line).join('\n')}${JSON.stringify(await world.scanTable())}`;
  const told = JSON.stringify(answers.map(({ headers, body }) => [[...headers], body]));
  for (const text of [mark, Buffer.from(mark).toString('base64').slice(0, 40), 'IHDR']) {
    expect(kept).not.toContain(text);
    expect(told).not.toContain(text);
  }
});
