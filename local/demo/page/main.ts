// The demo page: the steps on one side, and on the other what each of them causes.
import { createClient, ProblemError } from '../../../client/index.ts';
import { type Demo, type Step, type StepId, stepIds } from './demo.ts';
import { demoApi } from './demo-api.ts';
import { createDiagram } from './diagram/diagram.ts';
import { byId } from './dom.ts';
import { listen } from './events.ts';
import { createFaults } from './faults.ts';
import { forgetAll, hasSession, memory, tokenStore } from './memory.ts';
import { GivenUp, problemView } from './problem-view.ts';
import { askForFactor } from './step-up-dialog.ts';
import { apply } from './steps/apply.ts';
import { card } from './steps/card.ts';
import { factor } from './steps/factor.ts';
import { letGo } from './steps/held-token.ts';
import { finishSignIn, inbox } from './steps/inbox.ts';
import { signIn } from './steps/sign-in.ts';
import { stepUp } from './steps/step-up.ts';
import { token } from './steps/token.ts';
import { createSteps } from './steps.ts';
import { standing } from './where.ts';

const order = [signIn, inbox, factor, apply, stepUp, token, card] as const satisfies readonly Step[];

async function main(): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (location.pathname !== '/') history.replaceState(null, '', '/');
  const steps = createSteps(order, byId('steps'));
  const diagram = createDiagram();
  const faults = createFaults(byId('faults'), byId('banner'));
  const webhooks = new EventTarget();
  // The server tells of everything that it still knows; a tab shows what came after its own beginning.
  if (memory.get('shownFrom') === undefined) memory.set('shownFrom', String(Date.now()));
  const client = createClient({
    baseUrl: location.origin,
    tokenStore,
    onStepUp: (challenge) => askForFactor(client, challenge),
  });
  listen((message) => {
    if (message.at >= Number(memory.get('shownFrom'))) diagram.add(message);
    if (message.title === 'POST /webhooks/unit' && message.direction === 'answer')
      webhooks.dispatchEvent(new Event('answered'));
  });

  const demo: Demo = {
    client,
    state: await demoApi.state(),
    open: (id, keep) => steps.open(demo, id, keep),
    complete(id, summary) {
      steps.close(demo, id, summary);
      const next = order[stepIds.indexOf(id) + 1];
      if (next)
        steps.open(demo, next.id, next.id === 'token' || next.id === 'card' ? 'keep later' : undefined);
    },
    async attempt(place, work) {
      const { item, problem, closing } = steps.around(place);
      const { signal } = closing;
      if (item.hasAttribute('aria-busy')) return;
      item.setAttribute('aria-busy', 'true');
      problem.replaceChildren();
      const [outcome] = await Promise.allSettled([work(signal)]);
      // What breaks a single call is over after it, whether or not the API has met it by a repeat.
      await faults.look().catch(() => {});
      // A card that has closed meanwhile is busy with nothing, and a late refusal is nobody's any more.
      if (!signal.aborted) {
        item.removeAttribute('aria-busy');
        if (outcome.status === 'rejected') refused(outcome.reason, problem);
      }
      showSession();
    },
    async goOn(id, summary) {
      const { signal } = steps.find(id).closing;
      const at = await standing(client, signal);
      steps.close(demo, id, summary);
      resume(at);
    },
    onWebhook: (callback, signal) => webhooks.addEventListener('answered', callback, { signal }),
    startOver: () =>
      leave(() => {
        forgetAll();
        letGo();
        memory.set('shownFrom', String(Date.now()));
        diagram.clear();
        demo.open('sign-in');
      }),
  };

  function refused(error: unknown, problem: HTMLElement): void {
    if (error instanceof GivenUp) return;
    if (error instanceof ProblemError && error.code === 'invalid_token') signedOut();
    problem.replaceChildren(problemView(error, faults.isBroken(), faults.heal));
    problem.scrollIntoView({ block: 'nearest' });
  }
  const showSession = (): void => {
    byId('session').hidden = !hasSession();
  };
  /** Ends the session, here in any case; where the API could not end it, the first step tells. */
  async function leave(then: () => void): Promise<void> {
    const buttons = byId('leave');
    if (buttons.hasAttribute('aria-busy')) return;
    buttons.setAttribute('aria-busy', 'true');
    const [ended] = await Promise.allSettled([client.signOut()]);
    buttons.removeAttribute('aria-busy');
    then();
    showSession();
    if (ended.status === 'rejected')
      await demo.attempt(steps.find('sign-in').body, () => Promise.reject(ended.reason));
  }
  const signedOut = (): void => {
    letGo();
    memory.forget('factor', 'applicationId', 'customerId', 'cardId');
    demo.open('sign-in');
  };
  /** Opens a step of a journey that began earlier. */
  const resume = (at: StepId): void => {
    for (const { id } of order.slice(0, stepIds.indexOf(at)))
      if (!steps.isDone(id))
        steps.close(demo, id, id === 'sign-in' ? `As ${memory.get('email') ?? 'you'}.` : 'Done.');
    steps.open(demo, at);
  };

  byId('sign-out').addEventListener('click', () => void leave(signedOut));
  byId('start-over').addEventListener('click', () => void demo.startOver());
  byId('stytch-link').setAttribute('href', demo.state.stytchControlUrl);
  byId('unit-link').setAttribute('href', demo.state.unitControlUrl);
  await faults.load();

  const linkToken = query.get('token');
  if (linkToken !== null) {
    resume('inbox');
    const place = steps.find('inbox').body;
    await demo.attempt(place, (signal) => finishSignIn(demo, linkToken, signal));
  } else if (hasSession()) {
    resume('inbox');
    await demo.attempt(steps.find('inbox').body, () => demo.goOn('inbox', 'Still signed in.'));
  } else steps.open(demo, 'sign-in', undefined, false);
}

// Passkeys, the mailed link and the API's list of origins know this page by name, not by address.
if (location.hostname === '127.0.0.1') location.hostname = 'localhost';
else
  main().catch((error: unknown) => {
    byId('steps').append(problemView(error, false, () => {}));
  });
