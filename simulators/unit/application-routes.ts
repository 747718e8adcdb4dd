// The calls on applications themselves; documents and simulations have their own files.
import * as z from 'zod/mini';
import { patchApplication } from './application-patch.ts';
import { applicationResource, besideApplication } from './application-resource.ts';
import { moveApplication } from './application-status.ts';
import { applicationOf, createApplication, parseApplicant } from './applications.ts';
import { invalidValue } from './errors.ts';
import { recall, remember } from './idempotency.ts';
import { answer, envelope, parse, type Resource } from './jsonapi.ts';
import { hasTags, listAnswer, listQuery, matchesQuery } from './lists.ts';
import { type Application, applicationStatuses } from './records.ts';
import type { Call, Route } from './route.ts';
import type { World } from './world.ts';

const cancelRequest = envelope('applicationCancel', z.strictObject({ reason: z.optional(z.string()) }));

/** One application with what stands beside it. */
export function applicationAnswer(
  status: number,
  world: World,
  application: Application,
  include: readonly string[] = [],
): Response {
  const included = besideApplication(world, application, include);
  return answer(status, {
    data: applicationResource(world, application),
    ...(included.length === 0 ? {} : { included }),
  });
}

const OPERATION = 'POST /applications';

function create(call: Call): Response {
  const { world, body } = call;
  const applicant = parseApplicant(world, body);
  const key = applicant.attributes.idempotencyKey;
  const known = recall(world, OPERATION, key, body);
  if (known !== undefined) return applicationAnswer(201, world, applicationOf(world, known));
  const application = createApplication(world, applicant);
  remember(world, OPERATION, key, body, application.id);
  return applicationAnswer(201, world, application);
}

const emailOf = ({ applicant }: Application): string =>
  applicant.type === 'businessApplication' ? applicant.attributes.contact.email : applicant.attributes.email;

function list(call: Call): Response {
  const { world } = call;
  const query = listQuery(call.url, {
    filters: ['query', 'email', 'status', 'tags'],
    pages: true,
    sorts: true,
    includes: ['customer', 'documents'],
  });
  const statuses = query.filterList('status');
  if (!statuses.every((status) => applicationStatuses.some((known) => known === status))) {
    throw invalidValue('filter[status] names an unknown status');
  }
  const email = query.filter('email');
  const rows = [...world.applications.values()].filter(
    (application) =>
      (statuses.length === 0 || statuses.includes(application.status)) &&
      (email === undefined || emailOf(application) === email) &&
      hasTags(application.tags, query.tags) &&
      matchesQuery(JSON.stringify(application.applicant.attributes), query.filter('query')),
  );
  return listAnswer(
    rows,
    query,
    (row) => applicationResource(world, row),
    (page) =>
      page.flatMap((row): Resource[] =>
        besideApplication(world, row, query.include).filter(
          ({ type }) => type !== 'document' || query.include.includes('documents'),
        ),
      ),
  );
}

/** The routes of applications. */
export const applicationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/applications',
    scope: 'applications-write',
    holder: 'org',
    body: 'jsonapi',
    run: create,
  },
  { method: 'GET', path: '/applications', scope: 'applications', holder: 'org', body: 'none', run: list },
  {
    method: 'GET',
    path: '/applications/:applicationId',
    scope: 'applications',
    holder: 'org',
    body: 'none',
    run: (call) => {
      const { include } = listQuery(call.url, { includes: ['customer', 'documents', 'beneficialOwners'] });
      const application = applicationOf(call.world, call.param('applicationId'));
      return applicationAnswer(200, call.world, application, include);
    },
  },
  {
    method: 'PATCH',
    path: '/applications/:applicationId',
    scope: 'applications-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const application = applicationOf(call.world, call.param('applicationId'));
      patchApplication(call.world, application, call.body);
      return applicationAnswer(200, call.world, application);
    },
  },
  {
    method: 'POST',
    path: '/applications/:applicationId/cancel',
    scope: 'applications-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const application = applicationOf(call.world, call.param('applicationId'));
      parse(cancelRequest, call.body);
      moveApplication(call.world, application, 'Canceled', 'Manually');
      return applicationAnswer(201, call.world, application);
    },
  },
  {
    method: 'GET',
    path: '/applications/:applicationId/missing-fields',
    scope: 'applications',
    holder: 'org',
    body: 'none',
    run: (call) => {
      const { applicant } = applicationOf(call.world, call.param('applicationId'));
      const person =
        applicant.type === 'individualApplication' ? applicant.attributes : applicant.attributes.officer;
      // assumed: which fields Unit counts as missing
      const missingFields = (['occupation', 'annualIncome', 'sourceOfIncome'] as const)
        .filter((fieldName) => person[fieldName] === undefined)
        .map((fieldName) => ({ fieldName, description: `${fieldName} was not given` }));
      return answer(200, { data: { type: 'missingFields', attributes: { missingFields } } });
    },
  },
];
