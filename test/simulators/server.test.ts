// The server around a simulator: it refuses connections when told to, and says so when it cannot come back.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { listen, listenOnLoopback } from '../../simulators/server.ts';

describe('a port that refuses', () => {
  it('is nobody’s until it is healed, and then answers as before', async () => {
    const server = await listen(async () => new Response('in'), 0);
    await server.refuse(true);
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    await server.refuse(false);
    expect(await (await fetch(server.url)).text()).toBe('in');
    await server.close();
  });

  it('says that another program has taken it meanwhile, and can be healed once that is gone', async () => {
    const server = await listen(async () => new Response('in'), 0);
    await server.refuse(true);
    const other = createServer().listen(server.port, '127.0.0.1');
    await once(other, 'listening');
    const healed = server.refuse(false).then(
      () => 'healed',
      (error: NodeJS.ErrnoException) => error.code,
    );
    const late = new Promise((resolve) => setTimeout(() => resolve('nothing, for two seconds'), 2000));
    const outcome = await Promise.race([healed, late]);
    other.close();
    expect(outcome).toBe('EADDRINUSE');
    await server.refuse(false);
    expect(await (await fetch(server.url)).text()).toBe('in');
    await server.close();
  });

  it('leaves no listener behind that would swallow a later error', async () => {
    const server = createServer();
    const { close } = await listenOnLoopback(server, 0);
    expect(server.listenerCount('error')).toBe(0);
    await close();
  });
});
