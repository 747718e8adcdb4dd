// What may still be changed on an application: tags and the applicant's circumstances, never the identity.
import * as z from 'zod/mini';
import { ownerResource } from './application-resource.ts';
import { businessAttributes, individualAttributes } from './application-schemas.ts';
import { typeOf } from './applications.ts';
import { tagChanges } from './common-schemas.ts';
import { invalidValue, notFound } from './errors.ts';
import { answer, envelope, idPattern, parse } from './jsonapi.ts';
import type { Application, Tags } from './records.ts';
import type { Route } from './route.ts';
import type { World } from './world.ts';

const tags = { tags: z.optional(tagChanges) };

/** Work and income of a person. */
const circumstances = z.pick(individualAttributes, {
  occupation: true,
  annualIncome: true,
  sourceOfIncome: true,
});

const individualPatch = envelope(
  'individualApplication',
  z.extend(
    z.pick(individualAttributes, {
      occupation: true,
      annualIncome: true,
      sourceOfIncome: true,
      annualRevenue: true,
      numberOfEmployees: true,
      businessVertical: true,
      website: true,
    }),
    tags,
  ),
);

const businessPatch = envelope(
  'businessApplication',
  z.extend(
    z.pick(businessAttributes, {
      annualRevenue: true,
      numberOfEmployees: true,
      cashFlow: true,
      yearOfIncorporation: true,
      countriesOfOperation: true,
      stockSymbol: true,
      businessVertical: true,
      website: true,
    }),
    { ...tags, officer: z.optional(circumstances) },
  ),
);

const ownerPatch = z.strictObject({
  data: z.strictObject({
    type: z.literal('beneficialOwner'),
    attributes: circumstances,
    relationships: z.strictObject({
      application: z.strictObject({
        data: z.strictObject({
          type: z.literal('businessApplication'),
          id: z.string().check(z.regex(idPattern)),
        }),
      }),
    }),
  }),
});

/** Merges tags; null deletes. */
export function changeTags(own: Tags, changes: Readonly<Record<string, string | null>> | undefined): void {
  const after = new Map(Object.entries(own));
  for (const [key, value] of Object.entries(changes ?? {})) {
    if (value === null) after.delete(key);
    else after.set(key, value);
  }
  if (after.size > 15) throw invalidValue('at most 15 tags', '/data/attributes/tags');
  for (const key of Object.keys(own)) if (!after.has(key)) delete own[key];
  for (const [key, value] of after) own[key] = value;
}

/** Applies a PATCH to an application. */
export function patchApplication(world: World, application: Application, body: unknown): void {
  const { applicant } = application;
  if (typeOf(body) !== applicant.type) {
    throw invalidValue('type must be that of the application', '/data/type');
  }
  if (applicant.type === 'individualApplication') {
    const { tags: changes, ...attributes } = parse(individualPatch, body).data.attributes;
    changeTags(application.tags, changes);
    Object.assign(applicant.attributes, attributes);
  } else {
    const { tags: changes, officer, ...attributes } = parse(businessPatch, body).data.attributes;
    changeTags(application.tags, changes);
    Object.assign(applicant.attributes, attributes);
    Object.assign(applicant.attributes.officer, officer);
  }
  application.updatedAt = world.timestamp();
}

/** The route of beneficial owners. */
export const beneficialOwnerRoutes: readonly Route[] = [
  {
    method: 'PATCH',
    path: '/beneficial-owner/:ownerId',
    scope: 'applications-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const { data } = parse(ownerPatch, call.body);
      const application = call.world.applications.get(data.relationships.application.data.id);
      const owner = application?.beneficialOwners.find(({ id }) => id === call.param('ownerId'));
      if (application === undefined || owner === undefined) throw notFound('beneficial_owner');
      Object.assign(owner.attributes, data.attributes);
      application.updatedAt = call.world.timestamp();
      return answer(200, { data: ownerResource(application, owner) });
    },
  },
];
