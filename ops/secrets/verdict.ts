// Whether a value does its job: asked of the vendor it is for, before anything is written.
import { isStytchSecret } from '../adapters/stytch-project.ts';
import { createUnitOrg, probedScopes, type UnitOrg } from '../adapters/unit-org.ts';
import { fixedSecret } from '../base/credentials.ts';
import { environmentOf, type Place } from '../base/place.ts';
import { catalog, type SecretName, wantedScopes } from './catalog.ts';

/** `too_wide` works, and hands whoever steals it more than its job needs. */
export type Judgement = 'good' | 'too_wide' | 'too_narrow' | 'refused' | 'malformed' | 'other_environment';

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
  if (identity.scopes !== null) return judgeScopes(new Set(identity.scopes), wanted, '');
  const found = new Set<string>();
  for (const scope of probedScopes) {
    // Whether a token may write what it need not, is not worth asking to write for.
    if (scope.endsWith('-write') && !wanted.includes(scope)) continue;
    // No answer of a wanted one is no proof against it; of another one it is none for it.
    const has = await unit.hasScope(scope);
    if (has ?? wanted.includes(scope)) found.add(scope);
  }
  return judgeScopes(found, wanted, ' (by trying; write scopes beyond its own were not tried)');
}

function judgeScopes(scopes: ReadonlySet<string>, wanted: readonly string[], how: string): Verdict {
  const missing = wanted.filter((scope) => !scopes.has(scope));
  const beyond = [...scopes].filter((scope) => !wanted.includes(scope));
  if (missing.length > 0) return { judgement: 'too_narrow', note: `lacks ${missing.join(' ')}${how}` };
  if (beyond.length > 0) return { judgement: 'too_wide', note: `can also ${beyond.join(' ')}${how}` };
  return { judgement: 'good', note: `exactly its scopes${how}` };
}
