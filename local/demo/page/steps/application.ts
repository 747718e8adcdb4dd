// Step 4, once the application is at Unit: its status, what Unit's staff would decide, and the documents it wants.
import { type ApplicationAnswer, prepareDocument } from '../../../../client/index.ts';
import { type Outcome, outcomes } from '../../contract.ts';
import type { Demo } from '../demo.ts';
import { demoApi } from '../demo-api.ts';
import { actions, announce, button, facts, h } from '../dom.ts';
import { formMemory, memory } from '../memory.ts';

interface Place {
  readonly place: HTMLElement;
  readonly demo: Demo;
  readonly signal: AbortSignal;
  /** Shows the empty form, after a denial. */
  readonly again: () => void;
}

const labels = {
  approve: 'Approve',
  deny: 'Deny',
  documents: 'Ask for documents',
  review: 'Hold for review',
} as const satisfies Record<Outcome, string>;

const meanings: Readonly<Partial<Record<ApplicationAnswer['status'], string>>> = {
  Submitting: 'Unit has not answered yet, or its form was not sent yet.',
  Pending: 'Unit is evaluating.',
  PendingReview: 'A person at Unit has to decide.',
  AwaitingDocuments: 'Unit wants to see documents.',
  Denied: 'Unit has said no. Applying again is a new application.',
  Canceled: 'The application was cancelled.',
  NotSubmitted: 'The form was not sent in time.',
};

/** Shows where the application stands until Unit has approved it. */
export function followApplication({ place, demo, signal, again }: Place, applicationId: string): void {
  const status = h('div', { class: 'status', role: 'status' }, h('p', {}, 'Reading the application …'));
  const documents = h('div', { class: 'documents' });
  const staff = h('fieldset', { class: 'staff' }, h('legend', {}, 'Play Unit’s staff'));
  const form = formLink(formMemory.urlOf(applicationId));
  let waiting = new AbortController();
  let shown = '';

  const show = (application: ApplicationAnswer): void => {
    if (signal.aborted || JSON.stringify(application) === shown) return;
    shown = JSON.stringify(application);
    if (application.status !== 'Submitting' && form.hasChildNodes()) {
      form.replaceChildren();
      formMemory.forget();
    }
    if (application.status === 'Approved' && application.customerId !== undefined) {
      memory.set('customerId', application.customerId);
      demo.complete(
        'apply',
        `Approved: customer ${application.customerId} is claimed for exactly this user.`,
      );
      return;
    }
    status.replaceChildren(
      facts([
        ['Status', h('strong', {}, application.status)],
        ['Application', h('code', {}, applicationId)],
      ]),
      h('p', {}, meanings[application.status] ?? ''),
    );
    const isOver = ['Denied', 'Canceled', 'NotSubmitted'].includes(application.status);
    staff.hidden = isOver;
    documents.replaceChildren(...(isOver ? [actions(button('Apply again', retry))] : uploads(application)));
  };

  /** Follows it anew, as something may have happened. */
  const follow = (): void => {
    waiting.abort();
    waiting = new AbortController();
    const until = AbortSignal.any([waiting.signal, signal]);
    demo.client.waitForApplication({ applicationId }, { signal: until, onStatus: show }).catch((error) => {
      if (!until.aborted) void demo.attempt(place, () => Promise.reject(error));
    });
  };

  const retry = (): void => {
    waiting.abort();
    memory.forget('applicationId');
    again();
  };

  const decide = async (outcome: Outcome): Promise<void> => {
    const decided = await demoApi.decide({ applicationId, outcome });
    announce(`Unit says ${decided.status}; its webhook is on the way.`);
    follow();
  };

  const uploads = (application: ApplicationAnswer): HTMLElement[] =>
    application.documents.flatMap(({ documentId, documentType, missing }) =>
      missing.map((side) => {
        const send = async (file: Blob): Promise<void> => {
          show(
            await demo.client.uploadDocument(applicationId, documentId, await prepareDocument(file), {
              side,
            }),
          );
          follow();
        };
        const what = documentType === 'IdDocument' ? `${documentType}, ${side}` : documentType;
        const input = h('input', {
          type: 'file',
          accept: 'image/*,application/pdf',
          'aria-label': `${what}: a picture or PDF`,
          onchange: () => {
            const file = input.files?.[0];
            if (file) void demo.attempt(place, () => send(file));
          },
        });
        return h(
          'div',
          { class: 'upload' },
          h('p', {}, h('strong', {}, what)),
          actions(
            button('Send a sample', () => demo.attempt(place, async () => send(await samplePicture(what)))),
            h('label', { class: 'file' }, 'or a file of yours: ', input),
          ),
        );
      }),
    );

  staff.append(
    actions(
      ...outcomes.map((outcome) => button(labels[outcome], () => demo.attempt(place, () => decide(outcome)))),
    ),
  );
  place.replaceChildren(form, status, documents, staff);
  demo.onWebhook(follow, signal);
  follow();
}

/** The way to Unit's form, for as long as it waits to be sent. */
function formLink(url: string | undefined): HTMLElement {
  if (url === undefined) return h('div');
  return h(
    'div',
    {},
    h('p', {}, 'No SSN passes through the bridge this way. When you have sent the form, come back here.'),
    actions(
      h(
        'a',
        { class: 'main', href: url, target: '_blank', rel: 'noopener' },
        'Open Unit’s form in a new tab',
      ),
    ),
  );
}

/** A picture that is plainly no document. */
async function samplePicture(what: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(640, 400);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no pictures.');
  context.fillStyle = '#eef1f6';
  context.fillRect(0, 0, 640, 400);
  context.fillStyle = '#1c2738';
  context.font = '32px sans-serif';
  context.fillText('SAMPLE, NOT A DOCUMENT', 40, 180);
  context.fillText(what, 40, 240);
  return canvas.convertToBlob({ type: 'image/png' });
}
