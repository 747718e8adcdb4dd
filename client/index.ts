// What the package exports.
export type {
  Application,
  ApplicationForm,
  KeyedOptions,
  UploadOptions,
  WaitOptions,
} from './applications.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type * from './contract.ts';
export type { CryptoLike } from './digest.ts';
export { type PrepareOptions, prepareDocument } from './prepare-document.ts';
export { type Challenge, type FieldError, ProblemError } from './problem.ts';
export type { TokenStore } from './session.ts';
export type { SignUpInput } from './sign-up.ts';
export type { CallOptions } from './transport.ts';
