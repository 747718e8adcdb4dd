// Schedules that once broke an invariant, by what they showed.
import type { Action } from './model/actions.ts';
import type { Schedule } from './model/run.ts';

const settings: Schedule['settings'] = {
  startPending: true,
  preventDuplicateIndividualApplications: false,
  idempotentRepeat: 'first',
  eventOrder: 'applicationFirst',
  approvesInto: 'newCustomer',
  shuffleDelivery: false,
  duplicateDelivery: false,
};

const well = { fate: { fate: 'ok' }, pick: 0 } as const;
const reconcile: Action = { do: 'reconcile', calls: 99, ...well };
const applies = (user: number, key: number, calls: number): Action => ({
  do: 'apply',
  user,
  key,
  body: 'plain',
  calls,
  ...well,
});

export const schedules: Readonly<Record<string, Schedule>> = {
  'a container wakes an hour late and sends an application that was given up': {
    settings,
    losesTheRest: true,
    actions: [
      applies(0, 0, 4),
      { do: 'wait', seconds: 3610 },
      reconcile,
      { do: 'go on', which: 0, calls: 1, ...well },
    ],
  },
  'a container wakes late and sends while another application holds the lock': {
    settings,
    losesTheRest: true,
    actions: [
      applies(0, 0, 4),
      { do: 'wait', seconds: 151 },
      reconcile,
      { do: 'wait', seconds: 3610 },
      reconcile,
      applies(0, 1, 99),
      { do: 'go on', which: 0, calls: 1, ...well },
    ],
  },
};
