// Hosted application forms, second version: made by the org, filled in by the applicant, followed by the application.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { businessAttributes, businessContact, individualAttributes } from './application-schemas.ts';
import { FORM_TOKEN_MS } from './assumptions.ts';
import { shortText, tags } from './common-schemas.ts';
import { notFound, refusal } from './errors.ts';
import { type ApplicationForm, formApplicationTypes } from './form-records.ts';
import { recall, remember } from './idempotency.ts';
import { answer, idPattern, org, parse, present, type Resource, toOne } from './jsonapi.ts';
import { listQuery } from './lists.ts';
import type { Call, Route } from './route.ts';
import type { World } from './world.ts';

const FORM_VERSION = 'V2024_06';
const OPERATION = 'POST /application-forms';
const link = z.optional(z.string().check(z.refine((url) => URL.canParse(url))));

const { tags: _tags, idempotencyKey: _key, ...individualPrefill } = individualAttributes.shape;
const { tags: _businessTags, idempotencyKey: _businessKey, ...businessPrefill } = businessAttributes.shape;

const settingsOverride = z.strictObject({
  redirectUrl: link,
  privacyPolicyUrl: link,
  electronicDisclosuresUrl: link,
  depositTermsUrl: link,
  clientTermsUrl: link,
  cardholderTermsUrl: link,
  cashAdvancedTermsUrl: link,
  debitCardDisclosureUrl: link,
  additionalDisclosures: z.optional(z.array(z.looseObject({}))),
  useSelfieVerification: z.optional(z.enum(['Never', 'ReplaceIdentification', 'Always'])),
  disablePassportApplication: z.optional(z.boolean()),
});

const reference = z.optional(
  z.strictObject({
    data: z.strictObject({ type: z.string(), id: z.string().check(z.regex(idPattern)) }),
  }),
);

/** Shared names (`annualRevenue`, `numberOfEmployees`) take the values of either kind of applicant. */
const applicantDetails = z.partial(
  z.strictObject({
    ...businessPrefill,
    ...individualPrefill,
    annualRevenue: z.union([individualPrefill.annualRevenue, businessPrefill.annualRevenue]),
    numberOfEmployees: z.union([individualPrefill.numberOfEmployees, businessPrefill.numberOfEmployees]),
    contact: z.partial(businessContact),
    officer: z.partial(businessPrefill.officer),
    applicationType: z.enum(formApplicationTypes),
  }),
);

const formRequest = z.strictObject({
  data: z.strictObject({
    type: z.literal('applicationForm'),
    attributes: z.strictObject({
      idempotencyKey: shortText,
      jwtSubject: z.optional(shortText),
      requestedProducts: z.optional(z.array(z.enum(['Banking', 'BillPay', 'Capital']))),
      tags: z.optional(tags),
      applicantDetails: z.optional(applicantDetails),
      settingsOverride: z.optional(settingsOverride),
      allowedApplicationTypes: z.optional(z.array(z.enum(formApplicationTypes)).check(z.minLength(1))),
    }),
    relationships: z.optional(
      z.strictObject({ whiteLabelTheme: reference, lendingProgram: reference, application: reference }),
    ),
  }),
});

function requireVersion(call: Call): void {
  // assumed: how the closed first version is refused
  if (call.request.headers.get('x-accept-version') !== FORM_VERSION) {
    throw refusal(
      400,
      'feature_disabled',
      `the first form API is closed: send X-Accept-Version ${FORM_VERSION}`,
    );
  }
}

function create(call: Call): Response {
  requireVersion(call);
  const { world, body } = call;
  const request = parse(formRequest, body).data.attributes;
  const known = recall(world, OPERATION, request.idempotencyKey, body);
  const earlier = known === undefined ? undefined : world.forms.get(known);
  if (earlier !== undefined) return formAnswer(201, world, earlier);
  const createdAt = world.timestamp();
  const details = present(request.applicantDetails ?? {});
  const form: ApplicationForm = {
    id: world.nextId('form'),
    createdAt,
    updatedAt: createdAt,
    token: `form-${randomBytes(32).toString('base64url')}`,
    expiresAt: world.now() + FORM_TOKEN_MS,
    tags: request.tags ?? {},
    ...(request.jwtSubject === undefined ? {} : { jwtSubject: request.jwtSubject }),
    allowedApplicationTypes: request.allowedApplicationTypes ?? formApplicationTypes,
    prefill: details,
    settings: present(request.settingsOverride ?? {}),
  };
  world.forms.set(form.id, form);
  world.received.note('formTokens', form.token);
  remember(world, OPERATION, request.idempotencyKey, body, form.id);
  return formAnswer(201, world, form);
}

/** The path of the hosted page of a form. */
export const formPath = (token: string): string => `/hosted-forms/${token}`;

const formAnswer = (status: number, world: World, form: ApplicationForm): Response =>
  answer(status, { data: formResource(world, form) });

function formResource(world: World, form: ApplicationForm): Resource {
  const application =
    form.applicationId === undefined ? undefined : world.applications.get(form.applicationId);
  return {
    type: 'applicationFormV2',
    id: form.id,
    attributes: {
      createdAt: form.createdAt,
      updatedAt: form.updatedAt,
      tags: form.tags,
      applicationFormToken: { token: form.token, expiration: new Date(form.expiresAt).toISOString() },
      applicationFormSettings: form.settings,
    },
    relationships: present({
      org,
      application: application === undefined ? undefined : toOne(application.applicant.type, application.id),
    }),
    links: { related: { type: 'text/html', href: `${world.publicUrl()}${formPath(form.token)}` } },
  };
}

/** The routes of forms that the org calls. */
export const applicationFormRoutes: readonly Route[] = [
  {
    // assumed: the scopes of forms
    method: 'POST',
    path: '/application-forms',
    scope: 'applications-write',
    holder: 'org',
    body: 'jsonapi',
    run: create,
  },
  {
    method: 'GET',
    path: '/application-forms/:formId',
    scope: 'applications',
    holder: 'org',
    body: 'none',
    run: (call) => {
      requireVersion(call);
      listQuery(call.url, {});
      const form = call.world.forms.get(call.param('formId'));
      if (form === undefined) throw notFound('application_form');
      return formAnswer(200, call.world, form);
    },
  },
];
