// Whether a value does its job: asked of the vendor it is for, before anything is written.
import { isStytchSecret } from '../adapters/stytch-project.ts';
import { createUnitOrg, type UnitOrg } from '../adapters/unit-org.ts';
import { probedScopes } from '../adapters/unit-scopes.ts';
import { fixedSecret } from '../base/credentials.ts';
import { environmentOf, type Place } from '../base/place.ts';
import { catalog, type SecretName, wantedScopes } from './catalog.ts';

/**
 * `too_wide` works, and hands whoever steals it more than its job needs. Of `unproved` nobody has said that it can do
 * its job, nor that it cannot.
 */
export type Judgement =
  | 'good'
  | 'too_wide'
  | 'too_narrow'
  | 'unproved'
  | 'refused'
  | 'malformed'
  | 'other_environment';

export interface Verdict {
  readonly judgement: Judgement;
  readonly note: string;
}

/** Thirty-two bytes in base64 without padding have 43 characters; Unit takes 255. */
const webhookToken = /^[\x21-\x7e]{32,255}$/;

/** @throws ServiceError when the vendor cannot be asked */
export async function judgeValue(place: Place, name: SecretName, value: string): Promise<Verdict> {
  const { job } = catalog[name];
  if (job !== undefined)
    return judgeToken(createUnitOrg(place.unitUrl, fixedSecret(value)), wantedScopes[job]);
  return name === 'webhook' ? judgeWebhookToken(value) : judgeStytch(place, value);
}

function judgeWebhookToken(value: string): Verdict {
  if (!webhookToken.test(value)) {
    return { judgement: 'malformed', note: 'a webhook token is 32 to 255 visible characters' };
  }
  return { judgement: 'good', note: `${value.length} characters` };
}

async function judgeStytch(place: Place, value: string): Promise<Verdict> {
  const environment = environmentOf(place);
  const own = /^secret-(test|live)-/.exec(value)?.[1];
  if (own !== undefined && own !== environment) {
    return { judgement: 'other_environment', note: `a ${own} secret, and the project is ${environment}` };
  }
  const isTaken = await isStytchSecret(place.stytchUrl, place.stytchProjectId, fixedSecret(value));
  return isTaken
    ? { judgement: 'good', note: 'Stytch takes it' }
    : { judgement: 'refused', note: 'Stytch refuses it for this project' };
}

/** By what Unit says of the token; where it says nothing, by calls that need a scope each and change nothing. */
export async function judgeToken(unit: UnitOrg, wanted: readonly string[]): Promise<Verdict> {
  const identity = await unit.identity();
  if (identity === null) return { judgement: 'refused', note: 'Unit refuses it' };
  if (identity.isCustomers) return { judgement: 'refused', note: "a customer's token, not one of the org" };
  return identity.scopes === null ? judgeByTrying(unit, wanted) : judgeScopes(identity.scopes, wanted);
}

async function judgeByTrying(unit: UnitOrg, wanted: readonly string[]): Promise<Verdict> {
  const found: string[] = [];
  const unknown: string[] = [];
  for (const scope of probedScopes) {
    // Whether a token may write what it need not, is not worth asking to write for.
    if (scope.endsWith('-write') && !wanted.includes(scope)) continue;
    const outcome = await unit.tryScope(scope);
    if (outcome === 'refused') return { judgement: 'refused', note: 'Unit refuses it' };
    if (outcome === 'has') found.push(scope);
    if (outcome === 'unknown' && wanted.includes(scope)) unknown.push(scope);
  }
  const { judgement, note } = judgeScopes([...found, ...unknown], wanted);
  if (judgement !== 'too_narrow' && unknown.length > 0) {
    return { judgement: 'unproved', note: `Unit does not say whether it has ${unknown.join(' ')}` };
  }
  const words = judgement === 'good' ? 'has its scopes' : note;
  return { judgement, note: `${words} (by trying; write scopes beyond its own were not tried)` };
}

function judgeScopes(scopes: readonly string[], wanted: readonly string[]): Verdict {
  const missing = wanted.filter((scope) => !scopes.includes(scope));
  const beyond = scopes.filter((scope) => !wanted.includes(scope));
  if (missing.length > 0) return { judgement: 'too_narrow', note: `lacks ${missing.join(' ')}` };
  if (beyond.length > 0) return { judgement: 'too_wide', note: `can also ${beyond.join(' ')}` };
  return { judgement: 'good', note: 'exactly its scopes' };
}
