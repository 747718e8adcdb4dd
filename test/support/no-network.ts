// No test leaves this machine: a socket to anything but loopback is an error that names the host.
import net from 'node:net';

const connect = net.Socket.prototype.connect;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** The host of any of connect's forms; a path (a pipe) has none. */
function hostOf(args: readonly unknown[]): string {
  const [first] = args;
  const options: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof options === 'object' && options !== null) {
    if ('path' in options && typeof options.path === 'string') return 'localhost';
    return 'host' in options && typeof options.host === 'string' ? options.host : 'localhost';
  }
  return typeof args[1] === 'string' ? args[1] : 'localhost';
}

net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (!isLoopback(host)) throw new Error(`a test tried to connect to ${host}`);
  return Reflect.apply(connect, this, args);
};
