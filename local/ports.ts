// The ports of a world: free ones for tests, fixed ones for people; and which of them is taken.

export const portNames = [
  'api',
  'stytch',
  'stytchControl',
  'unit',
  'unitControl',
  'table',
  'secrets',
  'account',
] as const;
export type PortName = (typeof portNames)[number];
export type Ports = Readonly<Record<PortName, number>>;

export const defaultApiPort = 4400;

/** The API's port and the ones after it, in the order of `portNames`. */
export const portsFrom = (first: number): Ports => ({
  api: first,
  stytch: first + 1,
  stytchControl: first + 2,
  unit: first + 3,
  unitControl: first + 4,
  table: first + 5,
  secrets: first + 6,
  account: first + 7,
});

/** The system picks: worlds of several tests live side by side. */
export const freePorts: Ports = {
  api: 0,
  stytch: 0,
  stytchControl: 0,
  unit: 0,
  unitControl: 0,
  table: 0,
  secrets: 0,
  account: 0,
};

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'may not be opened by this user',
};

/** A port that cannot be had, in a sentence: another program has it, or the system keeps it. */
export class PortError extends Error {
  constructor(portName: PortName, port: number, reason: string) {
    super(`Port ${port} (${portName}) ${reason}.`);
    this.name = 'PortError';
  }
}

/**
 * Runs `listen` on a port.
 * @throws PortError where it cannot be had
 */
export async function onPort<T>(
  ports: Ports,
  name: PortName,
  listen: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await listen(ports[name]);
  } catch (error) {
    const hasCode = typeof error === 'object' && error !== null && 'code' in error;
    const reason = hasCode ? reasons[String(error.code)] : undefined;
    if (reason !== undefined) throw new PortError(name, ports[name], reason);
    throw error;
  }
}
