// Loaded into each function that the emulator runs: a socket to anything but loopback is an error that names the host.
import net from 'node:net';

const connect = net.Socket.prototype.connect;
const loopback = /^(localhost|::1|127\.\d+\.\d+\.\d+)$/;

/**
 * The host of any of connect's forms; a path (a pipe) has none.
 * @param {readonly unknown[]} args
 */
function hostOf(args) {
  const [first, second] = args;
  const options = Array.isArray(first) ? first[0] : first;
  if (typeof options !== 'object' || options === null)
    return typeof second === 'string' ? second : 'localhost';
  return 'host' in options && typeof options.host === 'string' ? options.host : 'localhost';
}

/** @type {typeof net.Socket.prototype.connect} */
net.Socket.prototype.connect = function guarded(/** @type {unknown[]} */ ...args) {
  const host = hostOf(args);
  if (!loopback.test(host)) throw new Error(`not a loopback address: ${host}`);
  return Reflect.apply(connect, this, args);
};
