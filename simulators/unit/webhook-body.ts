// The bytes of one delivery and their signature: HMAC-SHA1 in base64 over exactly what is sent.
import { createHmac } from 'node:crypto';
import { applicationResource } from './application-resource.ts';
import { customerResource } from './customer-resource.ts';
import type { Resource } from './jsonapi.ts';
import type { UnitEvent } from './webhook-records.ts';
import type { World } from './world.ts';

/** The value of `x-unit-signature` for a body. */
export const signatureOf = (token: string, body: string | Uint8Array): string =>
  createHmac('sha1', token).update(body).digest('base64');

/** The text of a delivery; with resources, everything that the events name stands beside them. */
export function bodyOf(
  world: World,
  events: readonly UnitEvent[],
  includeResources: boolean,
  escapes: boolean,
): string {
  const included = includeResources ? resourcesOf(world, events) : [];
  const text = JSON.stringify({ data: events, ...(included.length === 0 ? {} : { included }) });
  return escapes ? withEscapes(text) : text;
}

function resourcesOf(world: World, events: readonly UnitEvent[]): Resource[] {
  const ids = new Set(
    events.flatMap(({ relationships }) => Object.values(relationships).map(({ data }) => data.id)),
  );
  const applications = [...world.applications.values()].filter(({ id }) => ids.has(id));
  const customers = [...world.customers.values()].filter(({ id }) => ids.has(id));
  return [
    ...applications.map((application) => applicationResource(world, application)),
    ...customers.map(customerResource),
  ];
}

/** The same JSON in other bytes, so that a receiver that parses and writes it again computes another signature. */
function withEscapes(text: string): string {
  const ascii = text.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // Every event has a time, and its last letter may be spelled as an escape as well.
  return ascii.replaceAll('Z"', '\\u005a"').replaceAll('/', '\\/');
}
