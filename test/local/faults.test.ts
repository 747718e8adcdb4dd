// The menu of faults: every one that it offers does what it says, as often as it was asked for.
import { describe, expect, it } from '@jest/globals';
import { type FaultVendor, faultKinds, faultVendors } from '../../local/demo/contract.ts';
import { createDemoFaults, FaultError } from '../../local/demo/faults.ts';
import { parseFaults } from '../../local/demo/parse-faults.ts';
import type { Backend } from '../../local/tap.ts';
import { ConnectionCut } from '../../simulators/server.ts';

const backends = {
  stytch: 'stytch',
  'stytch-jwks': 'stytch',
  unit: 'unit',
  dynamodb: 'dynamodb',
  secrets: 'secrets_manager',
} as const satisfies Record<FaultVendor, Backend>;

const paths = { 'stytch-jwks': '/v1/sessions/jwks/project-test-1' } as const;

function bench() {
  const refused: [Backend, boolean][] = [];
  let restarts = 0;
  const faults = createDemoFaults({
    refuse: async (backend, isRefusing) => void refused.push([backend, isRefusing]),
    restartFunctions: async () => void (restarts += 1),
  });
  const call = (vendor: FaultVendor, method = 'POST'): Promise<Response> => {
    const path = vendor === 'stytch-jwks' ? paths[vendor] : '/v1/users';
    const handle = faults.around(backends[vendor], async () => Response.json({ whole: true }));
    return handle(
      new Request(`http://127.0.0.1${path}`, { method: vendor === 'stytch-jwks' ? 'GET' : method }),
    );
  };
  return { faults, refused, restarts: () => restarts, call };
}

describe('the faults of the demo', () => {
  it('are offered for every vendor; only the keys cannot refuse, since they share a port', () => {
    const { vendors, kinds, armed } = bench().faults.menu();
    expect(vendors.map(({ vendor }) => vendor)).toEqual(faultVendors);
    expect(kinds.map(({ kind }) => kind)).toEqual(faultKinds);
    expect(armed).toEqual([]);
    const lacking = vendors.filter((one) => one.kinds.length < faultKinds.length);
    expect(lacking.map(({ vendor }) => vendor)).toEqual(['stytch-jwks']);
  });

  it.each(faultVendors)('break %s until it is healed', async (vendor) => {
    const { faults, call } = bench();
    await faults.arm({ vendor, kind: '503' });
    expect(faults.menu().armed).toEqual([{ vendor, kind: '503', times: null }]);
    for (let i = 0; i < 5; i += 1) expect((await call(vendor)).status).toBe(503);
    await faults.heal(vendor);
    expect((await call(vendor)).status).toBe(200);
    expect(faults.menu().armed).toEqual([]);
  });

  it('end by themselves after as many calls as were asked for, and count no preflight', async () => {
    const { faults, call } = bench();
    await faults.arm({ vendor: 'unit', kind: '500', times: 2 });
    expect((await call('unit', 'OPTIONS')).status).toBe(200);
    expect((await call('unit')).status).toBe(500);
    expect(faults.menu().armed).toEqual([{ vendor: 'unit', kind: '500', times: 1 }]);
    expect((await call('unit')).status).toBe(500);
    expect((await call('unit')).status).toBe(200);
    expect(faults.menu().armed).toEqual([]);
  });

  it("keep Stytch's keys and its API apart", async () => {
    const { faults, call } = bench();
    await faults.arm({ vendor: 'stytch', kind: '500' });
    expect((await call('stytch-jwks')).status).toBe(200);
    await faults.heal();
    await faults.arm({ vendor: 'stytch-jwks', kind: '500' });
    expect((await call('stytch')).status).toBe(200);
    expect((await call('stytch-jwks')).status).toBe(500);
  });

  it('do each what they are called', async () => {
    const { faults, call } = bench();
    const struck = async (kind: (typeof faultKinds)[number]) => {
      await faults.arm({ vendor: 'unit', kind });
      return call('unit');
    };
    expect((await struck('429')).status).toBe(429);
    expect((await struck('html')).headers.get('content-type')).toBe('text/html');
    await expect((await struck('malformed')).json()).rejects.toThrow();
    expect(await (await struck('truncated')).text()).toBe('{"whole');
    await expect(struck('reset')).rejects.toThrow(ConnectionCut);
    const startedAt = performance.now();
    expect((await struck('slow')).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(1400);
    const outcome = await Promise.race([
      struck('timeout').then(() => 'answered'),
      new Promise((resolve) => setTimeout(() => resolve('hangs'), 200)),
    ]);
    expect(outcome).toBe('hangs');
  });

  it('close the port of who refuses, and open it when it is healed or broken otherwise', async () => {
    const { faults, refused } = bench();
    await faults.arm({ vendor: 'dynamodb', kind: 'refused' });
    await faults.arm({ vendor: 'dynamodb', kind: '500' });
    await faults.arm({ vendor: 'unit', kind: 'refused' });
    expect(faults.menu().armed).toContainEqual({ vendor: 'unit', kind: 'refused', times: null });
    await faults.heal();
    expect(refused).toEqual([
      ['dynamodb', true],
      ['dynamodb', false],
      ['unit', true],
      ['unit', false],
    ]);
  });

  it('start functions anew where warm ones would not notice', async () => {
    const { faults, restarts } = bench();
    await faults.arm({ vendor: 'unit', kind: '500' });
    expect(restarts()).toBe(0);
    await faults.arm({ vendor: 'secrets', kind: '500' });
    await faults.arm({ vendor: 'stytch-jwks', kind: '500' });
    expect(restarts()).toBe(2);
  });

  it('are refused where they do not exist', async () => {
    const { faults } = bench();
    await expect(faults.arm({ vendor: 'stytch-jwks', kind: 'refused' })).rejects.toThrow(FaultError);
    await expect(faults.arm({ vendor: 'unit', kind: 'refused', times: 2 })).rejects.toThrow(
      'until it is healed',
    );
  });
});

describe('--fault', () => {
  it('reads a vendor, a kind and how often', () => {
    expect(parseFaults(['unit=timeout', 'stytch-jwks=503:3'])).toEqual([
      { vendor: 'unit', kind: 'timeout' },
      { vendor: 'stytch-jwks', kind: '503', times: 3 },
    ]);
    expect(parseFaults([])).toEqual([]);
  });

  it.each([
    'unit',
    'unit=',
    'bank=timeout',
    'unit=explode',
    'unit=503:',
    'unit=503:0',
    'unit=503:x',
    'unit=503:1.5',
    '',
  ])('refuses %j and lists what there is', (text) => {
    expect(() => parseFaults([text])).toThrow(FaultError);
    expect(() => parseFaults([text])).toThrow(/stytch-jwks[^]*truncated/);
  });

  it.each([
    [['unit=refused:3'], 'until it is healed'],
    [['stytch-jwks=refused'], 'stytch-jwks has no refused'],
    [['unit=503', 'stytch=500', 'unit=timeout'], 'unit can have one fault at a time'],
  ])('refuses %j, which could not be armed', (texts, sentence) => {
    expect(() => parseFaults(texts)).toThrow(FaultError);
    expect(() => parseFaults(texts)).toThrow(sentence);
  });
});
