// From the posted fields of a hosted form to the request for an application.
import { groupsOf, isBusinessType } from './form-fields.ts';
import type { ApplicationForm, FormApplicationType } from './form-records.ts';

/** The request for the application that a posted form stands for. */
export function requestOf(
  type: FormApplicationType,
  form: ApplicationForm,
  posted: ReadonlyMap<string, string>,
): object {
  const names = groupsOf(type, form).flatMap(({ fields }) => fields.map(({ name }) => name));
  const entries = names.flatMap((name): [string, string][] => {
    const value = posted.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value]];
  });
  const { owner, ...attributes } = nested(entries);
  const subject = subjectOf(form, isBusinessType(type));
  if (!isBusinessType(type)) {
    return request('individualApplication', {
      ...attributes,
      ...subject,
      ...(type === 'SoleProprietorship' ? { soleProprietorship: true } : {}),
      tags: form.tags,
    });
  }
  const contact = typeof attributes['contact'] === 'object' ? attributes['contact'] : {};
  return request('businessApplication', {
    ...attributes,
    contact: { ...contact, ...subject },
    beneficialOwners: typeof owner === 'object' ? [withNumber(owner)] : [],
    tags: form.tags,
  });
}

const request = (type: string, attributes: object): object => ({ data: { type, attributes } });

const withNumber = (owner: object): object =>
  'percentage' in owner ? { ...owner, percentage: Number(owner.percentage) } : owner;

function subjectOf(form: ApplicationForm, isBusiness: boolean): { jwtSubject?: unknown } {
  const { contact, jwtSubject } = form.prefill;
  const ofContact = typeof contact === 'object' && contact !== null && 'jwtSubject' in contact;
  const prefilled = isBusiness && ofContact ? contact.jwtSubject : jwtSubject;
  const subject = form.jwtSubject ?? prefilled;
  return subject === undefined ? {} : { jwtSubject: subject };
}

interface Nested {
  [name: string]: string | Nested;
}

function nested(entries: readonly (readonly [string, string])[]): Nested {
  const result: Nested = {};
  for (const [name, value] of entries) {
    const [first = '', second, third] = name.split('.');
    if (second === undefined) result[first] = value;
    else result[first] = { ...below(result[first]), ...inner(below(result[first]), second, third, value) };
  }
  return result;
}

const below = (value: string | Nested | undefined): Nested => (typeof value === 'object' ? value : {});

const inner = (outer: Nested, name: string, next: string | undefined, value: string): Nested =>
  next === undefined ? { [name]: value } : { [name]: { ...below(outer[name]), [next]: value } };
