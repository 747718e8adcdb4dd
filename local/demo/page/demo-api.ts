// The demo's own routes: what a simulated vendor would do, and what of it can be broken.
import type {
  AgeAnswer,
  AgeRequest,
  CardAnswer,
  DemoState,
  FaultMenu,
  FaultRequest,
  Inbox,
  OutcomeAnswer,
  OutcomeRequest,
} from '../contract.ts';

/** A refusal of a demo route. */
export class DemoRefusal extends Error {}

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new DemoRefusal(answer.error);
  return answer;
}

export const demoApi = {
  state: () => call<DemoState>('GET', '/demo/state'),
  inbox: (email: string) => call<Inbox>('GET', `/demo/inbox?email=${encodeURIComponent(email)}`),
  decide: (request: OutcomeRequest) => call<OutcomeAnswer>('POST', '/demo/outcome', request),
  makeCard: (customerId: string) => call<CardAnswer>('POST', '/demo/cards', { customerId }),
  age: (request: AgeRequest) => call<AgeAnswer>('POST', '/demo/age', request),
  faults: () => call<FaultMenu>('GET', '/demo/faults'),
  breakIt: (request: FaultRequest) => call<FaultMenu>('POST', '/demo/faults', request),
  heal: (request: Partial<FaultRequest> = {}) => call<FaultMenu>('DELETE', '/demo/faults', request),
};
