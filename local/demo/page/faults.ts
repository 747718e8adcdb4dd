// Break something on purpose: which vendor, and how; and what is broken now, until it is healed.
import type { ArmedFault, FaultMenu } from '../contract.ts';
import { demoApi } from './demo-api.ts';
import { actions, announce, button, field, form, h } from './dom.ts';
import { problemView } from './problem-view.ts';

export function createFaults(place: HTMLElement, banner: HTMLElement) {
  let menu: FaultMenu = { vendors: [], kinds: [], armed: [] };
  const problem = h('div', { role: 'alert' });
  const armedList = h('ul', { class: 'armed' });

  const guarded = async (work: () => Promise<FaultMenu>, said: string): Promise<void> => {
    problem.replaceChildren();
    try {
      menu = await work();
      show();
      announce(said);
    } catch (error) {
      problem.replaceChildren(problemView(error, false, () => {}));
    }
  };
  const heal = (fault?: ArmedFault): Promise<void> =>
    guarded(
      () => demoApi.heal(fault && { vendor: fault.vendor }),
      fault ? `${nameOf(fault)}: healed.` : 'All is healed.',
    );
  const nameOf = ({ vendor, kind }: ArmedFault): string =>
    [
      menu.vendors.find((one) => one.vendor === vendor)?.label ?? vendor,
      menu.kinds.find((one) => one.kind === kind)?.label ?? kind,
    ].join(': ');

  function show(): void {
    armedList.replaceChildren(
      ...menu.armed.map((fault) =>
        h(
          'li',
          {},
          h('span', {}, `${nameOf(fault)}${fault.times === null ? '' : `, ${fault.times} more`} `),
          button('Heal', () => heal(fault), 'small'),
        ),
      ),
    );
    banner.hidden = menu.armed.length === 0;
    banner.replaceChildren(
      h('p', {}, h('strong', {}, 'Broken on purpose. '), menu.armed.map(nameOf).join('; ')),
      button('Heal all', () => heal(), 'small'),
    );
  }

  function build(): void {
    const vendor = h(
      'select',
      {},
      ...menu.vendors.map((one) => h('option', { value: one.vendor }, one.label)),
    );
    const kind = h('select', {});
    const once = h('input', { type: 'checkbox' });
    const offered = (): FaultMenu['kinds'] =>
      menu.kinds.filter((one) => menu.vendors[vendor.selectedIndex]?.kinds.includes(one.kind));
    const offerTimes = (): void => {
      once.disabled = kind.value === 'refused';
      if (once.disabled) once.checked = false;
    };
    const offerKinds = (): void => {
      const before = kind.value;
      kind.replaceChildren(...offered().map((one) => h('option', { value: one.kind }, one.label)));
      kind.selectedIndex = Math.max(
        0,
        offered().findIndex((one) => one.kind === before),
      );
      offerTimes();
    };
    vendor.addEventListener('change', offerKinds);
    kind.addEventListener('change', offerTimes);
    offerKinds();
    const arm = (): Promise<void> => {
      const chosen = {
        vendor: menu.vendors[vendor.selectedIndex]?.vendor ?? 'unit',
        kind: offered()[kind.selectedIndex]?.kind ?? 'timeout',
      };
      return guarded(
        () => demoApi.breakIt({ ...chosen, ...(once.checked && { times: 1 }) }),
        'Broken. Now try any step.',
      );
    };
    place.replaceChildren(
      form(
        arm,
        h('div', { class: 'fields-grid' }, field('What breaks', vendor), field('How', kind)),
        h('label', { class: 'choice' }, once, 'Only the next call'),
        actions(h('button', { class: 'plain' }, 'Break it')),
      ),
      armedList,
      problem,
    );
  }

  return {
    async load(): Promise<void> {
      menu = await demoApi.faults();
      build();
      show();
    },
    /** Reads again what is armed, as single faults heal by themselves. */
    async look(): Promise<void> {
      if (menu.armed.length > 0) menu = await demoApi.faults();
      show();
    },
    isBroken: (): boolean => menu.armed.length > 0,
    heal: (): Promise<void> => heal(),
  };
}
