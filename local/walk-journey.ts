// The whole journey, step by step, through the deployed endpoints: from an unknown address to a card on the screen.
import { randomUUID } from 'node:crypto';
import { TOTP } from 'otpauth';
import * as z from 'zod/mini';
import { applicationAnswer } from '../functions/contract/application.ts';
import { steppedUpAnswer, totpEnrolmentAnswer } from '../functions/contract/factors.ts';
import { problemBody } from '../functions/contract/problems.ts';
import { signedInAnswer, signUpAnswer } from '../functions/contract/signup.ts';
import { exchangeTokenAnswer } from '../functions/contract/token.ts';
import { call, type Exchange, eventually, expectAnswer, JourneyFailed, pkce } from './journey-client.ts';
import type { Vendors } from './vendors.ts';
import type { World } from './world.ts';

/** One finished step, for whoever prints or records the journey. */
export interface JourneyStep {
  readonly title: string;
  /** What the step has shown. */
  readonly proves: string;
  readonly exchanges: readonly Exchange[];
}

export interface JourneyResult {
  readonly email: string;
  readonly userId: string;
  readonly customerId: string;
  readonly ssn: string;
  /** Of the user's authenticator app, for who comes back later. */
  readonly totpSecret: string;
}

/** Where a journey is walked: any deployment whose vendors are our simulators. */
export interface JourneyPlace extends Vendors {
  readonly apiUrl: string;
  /** Whether the webhook has settled this application: no request of the app may be what settles it. */
  isSettled(applicationId: string): boolean | Promise<boolean>;
}

const cardList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** Unit's sandbox holds an applicant with this SSN for a human to review. */
const SSN_HELD_FOR_REVIEW = '000000004';

/** Walks the journey once in a world of this machine, whose functions say in their logs what they have settled. */
export const walkJourney = (world: World, onStep?: (step: JourneyStep) => void): Promise<JourneyResult> =>
  walkJourneyAt(
    {
      ...world,
      isSettled: (applicationId) => world.logs().some(({ line }) => isSettled(line, applicationId)),
    },
    onStep,
  );

/**
 * Walks the journey once.
 * @throws JourneyFailed at the first step that does not end as it must
 */
export async function walkJourneyAt(
  place: JourneyPlace,
  onStep: (step: JourneyStep) => void = () => {},
): Promise<JourneyResult> {
  const { apiUrl, stytch, unit } = place;
  const email = `ada.${randomUUID().slice(0, 8)}@example.com`;
  let exchanges: Exchange[] = [];
  const api: typeof call = async (method, path, options) => {
    const exchange = await call(method, path.startsWith('/') ? `${apiUrl}${path}` : path, options);
    exchanges.push(exchange);
    return exchange;
  };
  const done = (title: string, proves: string): void => {
    onStep({ title, proves, exchanges });
    exchanges = [];
  };
  const signIn = async () => {
    const { codeVerifier, codeChallenge } = pkce();
    const body = { method: 'email_magic_link', email, codeChallenge };
    const before = stytch.controls.inbox(email).length;
    expectAnswer(await api('POST', '/v1/signup', { body }), 202, signUpAnswer);
    const mail = stytch.controls.inbox(email).at(before);
    if (mail === undefined) throw new JourneyFailed('no mail arrived');
    const proof = { method: 'email_magic_link', token: mail.token, codeVerifier };
    return expectAnswer(await api('POST', '/v1/signup/authenticate', { body: proof }), 200, signedInAnswer);
  };

  const first = await signIn();
  const { userId } = first;
  done('Sign up by magic link with PKCE', `the address is proved; the session names user ${userId}`);

  const enrolment = expectAnswer(
    await api('POST', '/v1/factors/totp', { bearer: first.sessionJwt }),
    200,
    totpEnrolmentAnswer,
  );
  const totp = new TOTP({ secret: enrolment.secret });
  const enrolled = expectAnswer(
    await api('POST', '/v1/factors/totp/confirm', {
      bearer: first.sessionJwt,
      body: { code: totp.generate() },
    }),
    200,
    steppedUpAnswer,
  );
  done('Enrol TOTP and confirm it with a code', `the JWT carries ${kinds(enrolled)}`);

  const submitted = expectAnswer(
    await api('POST', '/v1/applications', {
      bearer: enrolled.sessionJwt,
      headers: { 'idempotency-key': randomUUID() },
      body: applicant(email),
    }),
    201,
    applicationAnswer,
  );
  const atUnit = unit.controls.applications().find((one) => subjectOf(one.applicant) === userId);
  if (atUnit === undefined) throw new JourneyFailed('Unit has no application with this jwtSubject');
  done('Apply for an account', `Unit has it with jwtSubject = the Stytch user, status ${submitted.status}`);

  unit.controls.decide(atUnit.id, 'approve');
  await eventually("Unit's webhook", 10, async () =>
    (await place.isSettled(submitted.applicationId)) ? true : undefined,
  );
  const approved = expectAnswer(
    await api('GET', `/v1/applications/${submitted.applicationId}`, { bearer: enrolled.sessionJwt }),
    200,
    applicationAnswer,
  );
  const { customerId } = approved;
  if (approved.status !== 'Approved' || customerId === undefined) {
    throw new JourneyFailed(`the application is ${approved.status}`);
  }
  done("Unit's signed webhook arrives", `the application is Approved, and customer ${customerId} is claimed`);

  // Days later: the first session is long over, and so are the first mail and the passcode's time step.
  stytch.controls.revokeAllSessions(userId);
  stytch.controls.ageCodes({ to: email, seconds: 3 * 86_400 });
  stytch.controls.ageTotp({ userId, seconds: 3 * 86_400 });
  const later = await signIn();
  const card = unit.controls.cards(customerId).at(0);
  if (card === undefined) throw new JourneyFailed('the customer has no card');
  const sensitive = {
    scopes: ['cards-sensitive'],
    resources: [{ type: 'card', ids: [card.id] }],
  };
  const refused = await api('POST', '/v1/token', { bearer: later.sessionJwt, body: sensitive });
  const challenge = expectAnswer(refused, 401, problemBody);
  if (challenge.code !== 'insufficient_user_authentication' || challenge.maxAge !== 300) {
    throw new JourneyFailed(`the refusal is ${challenge.code}`);
  }
  done('Days later: sign in, ask for the card', `one factor is not enough: ${challenge.code}`);

  const steppedUp = expectAnswer(
    await api('POST', '/v1/step-up', {
      bearer: later.sessionJwt,
      body: { factor: 'totp', code: totp.generate() },
    }),
    200,
    steppedUpAnswer,
  );
  done('Step up with TOTP', `the new JWT carries ${kinds(steppedUp)}`);

  const reading = expectAnswer(
    await api('POST', '/v1/token', { bearer: steppedUp.sessionJwt, body: { scopes: ['cards'] } }),
    201,
    exchangeTokenAnswer,
  );
  const cards = expectAnswer(
    await api('GET', `${unit.url}/cards`, { bearer: reading.customerToken }),
    200,
    cardList,
  );
  if (cards.data.length !== 1 || cards.data[0]?.id !== card.id) {
    throw new JourneyFailed('the reading token shows other cards');
  }
  const token = expectAnswer(
    await api('POST', '/v1/token', { bearer: steppedUp.sessionJwt, body: sensitive }),
    201,
    exchangeTokenAnswer,
  );
  done('Exchange the session for customer tokens', `for customer ${token.customerId}, ${token.expiresIn} s`);

  const own = await api('GET', `${unit.url}/cards/${card.id}/secure-data`, { bearer: token.customerToken });
  expectAnswer(own, 200, z.looseObject({}));
  const stranger = strangersCard(place);
  const other = await api('GET', `${unit.url}/cards/${stranger}/secure-data`, {
    bearer: token.customerToken,
  });
  if (other.status < 400) throw new JourneyFailed("the token opened a stranger's card");
  done('Open the card at Unit', `exactly this customer's card opens; a stranger's answers ${other.status}`);
  return { email, userId, customerId, ssn: SSN_HELD_FOR_REVIEW, totpSecret: enrolment.secret };
}

const kinds = ({ factors }: { readonly factors: readonly { readonly kind: string }[] }): string =>
  factors.map(({ kind }) => kind).join(' + ');

function isSettled(line: string, applicationId: string): boolean {
  return (
    line.includes('application.settled') &&
    line.includes(applicationId) &&
    line.includes('"status":"Approved"')
  );
}

const subjectOf = ({ attributes }: { readonly attributes: object }): unknown =>
  'jwtSubject' in attributes ? attributes.jwtSubject : undefined;

/** Somebody else's card, made behind our system's back. */
function strangersCard({ unit }: Vendors): string {
  const seeded = unit.controls.seedApplication({
    data: {
      type: 'individualApplication',
      attributes: {
        ...person,
        email: 'stranger@example.com',
        ssn: '721074426',
        jwtSubject: 'user-test-stranger',
      },
    },
  });
  const customer = unit.controls.customers().find((one) => one.applicationId === seeded.id);
  const card = customer === undefined ? undefined : unit.controls.cards(customer.id).at(0);
  if (card === undefined) throw new JourneyFailed('the stranger has no card');
  return card.id;
}

const person = {
  fullName: { first: 'Ada', last: 'Okafor' },
  dateOfBirth: '1991-04-23',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
} as const;

const applicant = (email: string) => ({ type: 'individual', ...person, email, ssn: SSN_HELD_FOR_REVIEW });
