// `--fault` of `npm start`, from its text.
import { type FaultRequest, faultKinds, faultVendors } from './contract.ts';
import { FaultError, requireFault } from './faults.ts';

/**
 * What `--fault` was given: `unit=timeout`, `stytch=503:3`; one for a vendor at most.
 * @throws FaultError
 */
export function parseFaults(texts: readonly string[]): readonly FaultRequest[] {
  const requests = texts.map(parseFault);
  const twice = requests.find(({ vendor }, i) => requests.slice(0, i).some((one) => one.vendor === vendor));
  if (twice !== undefined) throw new FaultError(`--fault: ${twice.vendor} can have one fault at a time`);
  return requests;
}

function parseFault(text: string): FaultRequest {
  const [, name = '', wanted = '', count] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
  const vendor = faultVendors.find((one) => one === name);
  const kind = faultKinds.find((one) => one === wanted);
  const times = count === undefined ? undefined : Number(count);
  const isCount = times === undefined || (Number.isInteger(times) && times > 0);
  if (vendor === undefined || kind === undefined || !isCount)
    throw new FaultError(
      `--fault ${text} is no fault. It is <vendor>=<kind> or <vendor>=<kind>:<times>\n` +
        `  vendors: ${faultVendors.join(', ')}\n  kinds:   ${faultKinds.join(', ')}`,
    );
  const request = { vendor, kind, ...(times !== undefined && { times }) };
  requireFault(request);
  return request;
}
