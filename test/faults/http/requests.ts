// What a user does besides applying: asks for Unit's form, sends it, cancels.
import { call, type Exchange } from '../../../local/journey-client.ts';
import type { World } from '../../../local/world.ts';
import { formFields, postForm } from '../../support/hosted-form.ts';
import type { SignedInUser } from '../../support/world.ts';
import { type HandedOut, subjectOf, Violation } from '../model/invariants.ts';
import { OTHER_EMAIL } from '../model/people.ts';

export interface Link extends HandedOut {
  readonly url: string;
}

export interface Stage {
  readonly world: World;
  readonly user: SignedInUser;
  readonly links: Link[];
  readonly journal: string[];
  readonly seen: string[];
}

/** The user's applications at Unit. */
export const own = ({ world, user }: Stage) =>
  world.unit.controls.applications().filter((one) => subjectOf(one) === user.userId);

/** Asks for Unit's form, and keeps the link that comes. */
export async function openForm(stage: Stage, key: string): Promise<Exchange> {
  const { world, user, links, seen } = stage;
  const answer = await call('POST', `${world.apiUrl}/v1/application-forms`, {
    bearer: user.sessionJwt,
    body: { type: key === 'A' ? 'individual' : 'business' },
    headers: { 'idempotency-key': `idempotency-key-${key}` },
  });
  const { applicationId, url, expiresAt } = Object(answer.body) as Readonly<
    Record<string, string | undefined>
  >;
  if (applicationId === undefined || url === undefined) return answer;
  seen.push('form opened');
  links.push({
    user: user.userId,
    kind: key === 'A' ? 'person' : 'business',
    applicationId,
    expiresAt: Date.parse(expiresAt ?? '') / 1000,
    url,
  });
  return answer;
}

/** Cancels the newest application, if there is one. */
export function cancelNewest(stage: Stage): readonly Promise<Exchange>[] {
  const { world, user, seen } = stage;
  const newest = own(stage).at(-1);
  if (newest === undefined) return [];
  const url = `${world.apiUrl}/v1/applications/${newest.tags['bridgeApplicationId']}/cancel`;
  const cancel = async (): Promise<Exchange> => {
    const answer = await call('POST', url, { bearer: user.sessionJwt });
    if (answer.status === 200) seen.push('canceled');
    return answer;
  };
  return [cancel()];
}

/** Somebody sends the newest form whose link is out. */
export async function sendForm(
  { user, links, journal, seen }: Stage,
  sender: 'own' | 'other',
): Promise<void> {
  const link = links.at(-1);
  if (link === undefined) return;
  const type = link.kind === 'person' ? 'individual' : 'business';
  const email = sender === 'own' ? user.email : OTHER_EMAIL;
  const { status } = await postForm(link.url, formFields(type, email, '612345678'));
  journal.push(`the form of ${link.applicationId} is sent with ${email}: ${status}`);
  seen.push(`page answered ${status}`);
  const isOver = link.expiresAt <= Date.now() / 1000;
  const allowed = isOver ? [409, 410] : [200, 409];
  if (!allowed.includes(status)) throw new Violation('answers', `Unit's page answered ${status}`);
}
