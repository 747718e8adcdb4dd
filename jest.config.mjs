// One project per kind of test, so that `jest --selectProjects core` runs one kind alone.
const shared = {
  testEnvironment: 'node',
  transform: { '\\.(m?[jt]s)$': '@swc/jest' },
  // jose is published as ESM alone.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  setupFiles: ['<rootDir>/test/support/no-network.ts', '<rootDir>/test/support/quiet-sdk.ts'],
};

const project = (name, extra = {}) => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...extra,
});

/** Over HTTP, through the built bundles: `test/support/build-once.ts` builds them before the first. */
const bundled = (name) =>
  project(name, {
    globalSetup: '<rootDir>/test/support/build-once.ts',
    // Whatever such a test asks of our API, the answer must be as documented.
    setupFilesAfterEnv: ['<rootDir>/test/support/documented-answers.ts'],
  });

export default {
  projects: [
    project('core'),
    project('http'),
    project('adapters'),
    project('contract'),
    project('lib'),
    project('simulators'),
    project('scripts'),
    project('local'),
    bundled('faults'),
    bundled('journey'),
    bundled('ops'),
    bundled('browser'),
    bundled('client'),
    bundled('contract-http'),
    bundled('security'),
  ],
  // Jest leaves one core free, which on a machine with two is half of it.
  maxWorkers: '100%',
  // Worlds of many processes share two cores with each other: what hangs is told late, what is slow is no failure.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  // Entry files and their wiring run in the bundles, in processes of their own; a file of types alone has no code.
  collectCoverageFrom: [
    'functions/**/*.ts',
    '!functions/*.ts',
    '!functions/deps/*.ts',
    '!functions/core/*ports.ts',
    '!functions/core/session/session.ts',
  ],
  coverageReporters: ['text-summary'],
  coverageThreshold: {
    './functions/core/': { lines: 100, branches: 100 },
    './functions/adapters/': { lines: 90, branches: 90 },
    './functions/http/': { lines: 90, branches: 90 },
  },
};
