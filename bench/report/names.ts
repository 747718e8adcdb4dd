// What the measured bundles are called in tables and pictures.

const names: Readonly<Record<string, string>> = {
  ours: 'ours',
  floor: 'floor',
  'floor-stock': "floor, SDK's own credentials",
  baseline: 'baseline',
  'baseline-bundled': 'baseline, AWS SDK bundled',
  'ours-begun': 'ours, settings read and its first calls begun',
  'ours-compile-cache': 'ours, compile cache shipped',
  'bare-wire': 'outside calls alone',
};

export const named = (subject: string): string => names[subject] ?? subject;
