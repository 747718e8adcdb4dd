// Unit's forms: how they are asked for, which links are out, and what an applicant sends on Unit's page.
import type { ApplicationFormRequest } from '../../../functions/contract/application-form.ts';
import type { ApplyOutcome } from '../../../functions/core/onboarding/apply.ts';
import { formFields } from '../../support/hosted-form.ts';
import type { HandedOut } from './invariants.ts';
import { kindOf } from './invariants.ts';
import { OTHER_EMAIL, type Person, people, personOf } from './people.ts';
import type { Scene } from './world.ts';

/** What a request for a form is like. */
export const formBodies = [
  'for a person',
  'for a person, with a name',
  'for a sole proprietor',
  'for a business',
] as const;
export type FormBody = (typeof formBodies)[number];

export function formRequestOf({ first, last, email }: Person, like: FormBody): ApplicationFormRequest {
  switch (like) {
    case 'for a person':
      return { type: 'individual' };
    case 'for a person, with a name':
      return {
        type: 'individual',
        redirectUrl: 'https://app.example.com/callback',
        prefill: { fullName: { first, last }, email },
      };
    case 'for a sole proprietor':
      return { type: 'sole_proprietor' };
    case 'for a business':
      return { type: 'business', prefill: { contact: { email } } };
  }
}

/** What an applicant types, by what Unit's sandbox makes of the SSN. */
export const applicants = [
  'as they are',
  'with the SSN of user 1',
  'whom Unit reviews',
  'who owes documents',
  'whom Unit denies',
] as const;
export type TypedAs = (typeof applicants)[number];

const ssnOf = ({ ssn }: Person, like: TypedAs): string =>
  ({
    'as they are': ssn,
    'with the SSN of user 1': personOf(0).ssn,
    'whom Unit reviews': '000000004',
    'who owes documents': '000000003',
    'whom Unit denies': '000000001',
  })[like];

interface Link extends HandedOut {
  readonly url: string;
  readonly type: ApplyOutcome['application']['type'];
}

/** Every link that a user was given, each once. */
export function linksOf(scene: Scene): readonly Link[] {
  const links = new Map<string, Link>();
  for (const { outcome } of scene.containers) {
    if (outcome?.kind !== 'answered') continue;
    const { application, form } = Object(outcome.value) as Partial<ApplyOutcome>;
    if (application === undefined || form === undefined) continue;
    const { stytchUserId: user, applicationId, type } = application;
    const { url, expiresAt } = form;
    links.set(form.token, { user, applicationId, kind: kindOf(type), type, url, expiresAt });
  }
  return [...links.values()];
}

/**
 * Somebody sends a form whose link is out, on Unit's page.
 * @throws Error when Unit's page takes what came after the link's end
 */
export async function sendForm(
  scene: Scene,
  which: number,
  like: TypedAs,
  isOwnEmail: boolean,
): Promise<void> {
  const links = linksOf(scene).toReversed();
  const link = links[which % Math.max(1, links.length)];
  const person = people.find(({ stytchUserId }) => stytchUserId === link?.user);
  if (link === undefined || person === undefined) return;
  const email = isOwnEmail ? person.email : OTHER_EMAIL;
  const fields = {
    ...formFields(link.type, email, ssnOf(person, like)),
    'fullName.last': person.last,
    dateOfBirth: person.dateOfBirth,
  };
  const { status } = await scene.unit.handle(
    new Request(link.url, { method: 'POST', body: new URLSearchParams(fields) }),
  );
  scene.isUnitTouched = true;
  scene.count(`page answered ${status}`);
  scene.note(`the form of ${link.applicationId} is sent by ${email}, ${like}: ${status}`);
  const isOver = link.expiresAt * 1000 <= scene.time.now();
  const allowed = isOver ? [409, 410] : [200, 303, 400, 409];
  if (!allowed.includes(status)) throw new Error(`Unit's page answered ${status}`);
}
