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
const bundled = (name) => project(name, { globalSetup: '<rootDir>/test/support/build-once.ts' });

export default {
  projects: [
    project('core'),
    project('http'),
    project('adapters'),
    project('contract'),
    project('lib'),
    project('simulators'),
    project('scripts'),
    bundled('journey'),
    bundled('browser'),
  ],
  coverageProvider: 'v8',
};
