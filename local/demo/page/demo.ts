// What every step of the page works with.
import type { Client } from '../../../client/index.ts';
import type { DemoState } from '../contract.ts';

export const stepIds = ['sign-in', 'inbox', 'factor', 'apply', 'step-up', 'token', 'card'] as const;
export type StepId = (typeof stepIds)[number];

export interface Demo {
  readonly client: Client;
  readonly state: DemoState;
  /** Shows a step with the cursor on it; the steps after it are still ahead, unless they are to be kept. */
  open(id: StepId, keep?: 'keep later'): void;
  /** Closes a step with what came of it, and opens the next. */
  complete(id: StepId, summary: string): void;
  /** Closes a step after a sign-in or step-up, and goes on where the API says that the user stands. */
  goOn(id: StepId, summary: string): Promise<void>;
  /**
   * Runs what a button of a step does; what it throws is shown in that step. The signal aborts when the card closes: an
   * answer that comes after that must move nothing.
   */
  attempt(place: HTMLElement, work: (signal: AbortSignal) => Promise<unknown>): Promise<void>;
  /** Calls back whenever a webhook of Unit's has been answered, until the signal aborts. */
  onWebhook(callback: () => void, signal: AbortSignal): void;
  /** Ends the session; the page is as in a new tab, and the diagram is empty. */
  startOver(): Promise<void>;
}

export interface Step {
  readonly id: StepId;
  readonly title: string;
  /** What happens, and why, in a sentence. */
  readonly why: string;
  /** Fills the card; the signal aborts when the card closes. */
  render(place: HTMLElement, demo: Demo, signal: AbortSignal): void;
  /** On the closed card: opens it once more. */
  readonly again?: string;
}
