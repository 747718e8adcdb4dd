// What the people of a soak do: each action is one or more requests to our API, as an app would send them.
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { routes } from '../../functions/contract/routes.ts';
import { call, type Exchange, pkce } from '../../local/journey-client.ts';
import { emailFactor, individual, totpFactor } from '../support/world.ts';
import type { Started } from './world-process.ts';

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly sessionToken: string;
  jwt: string;
  jwtAt: number;
}

/** An application as Unit's simulator lists it. */
interface Known {
  readonly id: string;
  readonly customerId: string;
}

export interface People {
  /** Runs one action, by its share of the load. */
  act(): Promise<void>;
}

/** How often each is done, out of 100. */
const shares = [
  ['me', 33],
  ['exchange', 33],
  ['refresh', 20],
  ['sign in', 6],
  ['webhook', 5],
  ['apply', 3],
] as const;
export type Action = (typeof shares)[number][0];

/** A session JWT lives five minutes. */
const REFRESH_AFTER_MS = 120_000;

type Control = Readonly<Record<string, unknown>>;

const controlled = async (url: string, body?: object): Promise<Control> => {
  const headers = { 'content-type': 'application/json' };
  const response = await (body === undefined
    ? fetch(url)
    : fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Control;
};

/** Makes people with a customer each. `onAnswer` hears of every answer of our API. */
export async function makePeople(
  world: Started,
  count: number,
  onAnswer: (action: Action | 'setup', answer: Exchange, ms: number) => void,
): Promise<People> {
  const send = async (
    action: Action | 'setup',
    ...[method, path, options]: Parameters<typeof call>
  ): Promise<Exchange> => {
    const startedAt = performance.now();
    const answer = await call(method, `${world.apiUrl}${path}`, options);
    onAnswer(action, answer, performance.now() - startedAt);
    return answer;
  };

  const makePerson = async (): Promise<Person> => {
    const email = `user.${randomUUID().slice(0, 13)}@example.com`;
    const { userId } = await controlled(`${world.stytchControlUrl}/users`, { email, totp: true });
    const factors = [emailFactor, totpFactor];
    const session = await controlled(`${world.stytchControlUrl}/sessions`, {
      userId,
      factors,
      minutes: 600,
    });
    const { sessionToken, sessionJwt } = session;
    return {
      userId: String(userId),
      email,
      sessionToken: String(sessionToken),
      jwt: String(sessionJwt),
      jwtAt: performance.now(),
    };
  };

  const apply = async (action: Action | 'setup', person: Person): Promise<Exchange> =>
    send(action, 'POST', routes.apply.path, {
      bearer: person.jwt,
      body: individual(person.email),
      headers: { 'idempotency-key': randomUUID() },
    });

  const refresh = async (person: Person): Promise<void> => {
    const { status, body } = await send('refresh', 'POST', routes.refresh.path, {
      body: { sessionToken: person.sessionToken },
    });
    if (status !== 200) return;
    person.jwt = String(Object(body).sessionJwt);
    person.jwtAt = performance.now();
  };

  const people: Person[] = [];
  while (people.length < count) {
    const person = await makePerson();
    const { status, body } = await apply('setup', person);
    if (status === 201) people.push(person);
    // The stage's throttle holds here too.
    else if (status === 429) await new Promise((resolve) => setTimeout(resolve, 200));
    else throw new Error(`setup: ${status} ${JSON.stringify(body)}`);
  }
  const known = (await controlled(`${world.unitControlUrl}/applications`)) as unknown as readonly Known[];

  let turn = 0;
  const nextPerson = async (): Promise<Person> => {
    turn += 1;
    const person = people[turn % people.length];
    if (person === undefined) throw new Error('no people');
    if (performance.now() - person.jwtAt > REFRESH_AFTER_MS) await refresh(person);
    return person;
  };

  const signIn = async (): Promise<void> => {
    const { email } = await nextPerson();
    const { codeVerifier, codeChallenge } = pkce();
    const method = 'email_magic_link';
    const sent = await send('sign in', 'POST', routes.signUp.path, {
      body: { method, email, codeChallenge },
    });
    if (sent.status !== 202) return;
    const { mails } = await controlled(`${world.stytchControlUrl}/inbox?email=${encodeURIComponent(email)}`);
    const token = (mails as readonly { readonly token: string }[]).at(-1)?.token ?? '';
    await send('sign in', 'POST', routes.authenticate.path, { body: { method, token, codeVerifier } });
  };

  const webhook = async (): Promise<void> => {
    const application = known[randomInt(known.length)];
    if (application === undefined) throw new Error('no applications');
    const text = JSON.stringify({
      data: [
        {
          id: String(randomInt(1_000_000_000, 2_000_000_000)),
          type: 'customer.updated',
          attributes: { createdAt: new Date().toISOString() },
          relationships: {
            application: { data: { type: 'individualApplication', id: application.id } },
            customer: { data: { type: 'individualCustomer', id: application.customerId } },
          },
        },
      ],
    });
    const signature = createHmac('sha1', world.webhookToken).update(text).digest('base64');
    const startedAt = performance.now();
    const response = await fetch(`${world.apiUrl}${routes.unitWebhook.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.api+json', 'x-unit-signature': signature },
      body: text,
      signal: AbortSignal.timeout(30_000),
    });
    const told = await response.text();
    const body: unknown = told === '' ? null : JSON.parse(told);
    const { status, headers, url } = response;
    onAnswer('webhook', { method: 'POST', url, status, headers, body }, performance.now() - startedAt);
  };

  const actions: Readonly<Record<Action, () => Promise<unknown>>> = {
    me: async () => send('me', 'GET', routes.me.path, { bearer: (await nextPerson()).jwt }),
    exchange: async () =>
      send('exchange', 'POST', routes.exchangeToken.path, {
        bearer: (await nextPerson()).jwt,
        body: { scopes: ['accounts'] },
      }),
    refresh: async () => refresh(await nextPerson()),
    'sign in': signIn,
    webhook,
    apply: async () => apply('apply', await makePerson()),
  };

  // Every hundred actions hold each by its share, in an order that mixes them.
  const deck = shares
    .flatMap(([action, times]) =>
      Array.from({ length: times }, (_, i) => ({ action, at: (i + 0.5) / times })),
    )
    .toSorted((a, b) => a.at - b.at);
  let dealt = 0;
  return {
    async act() {
      const { action } = deck[dealt % deck.length] ?? { action: 'me' as const };
      dealt += 1;
      await actions[action]();
    },
  };
}
