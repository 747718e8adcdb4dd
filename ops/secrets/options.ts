// The options of `npm run secrets` that name secrets.
import * as z from 'zod/mini';
import { type SecretName, secretNames } from './catalog.ts';

const isName = (text: string): text is SecretName => secretNames.some((name) => name === text);
const listed = secretNames.join(', ');

/** `stytch,unit-exchange`. */
export const names = z.optional(
  z.pipe(
    z
      .string()
      .check(
        z.refine((text) => text.split(',').every(isName), { error: `takes some of ${listed}, with commas` }),
      ),
    z.transform((text) => text.split(',').filter(isName)),
  ),
);

export interface Descriptor {
  readonly name: SecretName;
  readonly fd: number;
}

const form = /^([a-z-]+)=([03-9]|[1-9]\d{1,3})$/;

function toDescriptors(text: string): readonly Descriptor[] {
  const [, name = '', fd] = form.exec(text) ?? [];
  return isName(name) ? [{ name, fd: Number(fd) }] : [];
}

/** `stytch=3`, any number of them. */
export const descriptors = z._default(
  z.pipe(
    z.array(z.string()).check(
      z.refine((texts) => texts.every((text) => toDescriptors(text).length === 1), {
        error: `takes <name>=<number of a file descriptor>, the name one of ${listed}`,
      }),
    ),
    z.transform((texts) => texts.flatMap(toDescriptors)),
  ),
  [],
);

export const generated = z.optional(
  z.string().check(z.refine((text) => text === 'webhook', { error: 'takes webhook and nothing else' })),
);
