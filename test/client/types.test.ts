// The client's types against the contract's schemas: tsc is the judge, and this file does not compile when they differ.
import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod/mini';
import type { Client, ProblemCode, Routes } from '../../client/index.ts';
import type { routes } from '../../functions/contract/routes.ts';
import type { ErrorCode } from '../../functions/core/errors.ts';

type Table = typeof routes;
type Called = {
  [Name in keyof Table]: Table[Name]['authentication'] extends 'signature' ? never : Name;
}[keyof Table];
type Under<Path> = Path extends `/v1${infer Rest}` ? Braced<Rest> : never;
type Braced<Path> = Path extends `${infer Head}{${string}}${infer Tail}` ? `${Head}{}${Braced<Tail>}` : Path;
type KeyOf<Name extends Called> = Under<Table[Name]['path']> & keyof Routes;

/** zod's types can be written to, and the client's cannot; what may have any member is a record there and an object here. */
type Frozen<T> = T extends object
  ? Record<string, unknown> extends T
    ? object
    : { readonly [Key in keyof T]: Frozen<T[Key]> }
  : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : { wrong: B }) : { wrong: A };

/** What a cookie in place of the session token makes different. */
type CookieSent<Name extends Called> = Table[Name] extends {
  cookie: { request: infer Schema extends z.ZodMiniType };
}
  ? z.input<Schema>
  : never;
type CookieGiven<Name extends Called> = Table[Name] extends {
  cookie: { answers: { 200: infer Schema extends z.ZodMiniType } };
}
  ? z.output<Schema>
  : never;

type Sent<Name extends Called> = Table[Name] extends { request: infer Schema extends z.ZodMiniType }
  ? z.input<Schema> | CookieSent<Name>
  : Table[Name] extends { body: 'raw' }
    ? Blob
    : undefined;
type Given<Name extends Called> = Table[Name]['answers'][keyof Table[Name]['answers']] extends infer Schema
  ? (Schema extends z.ZodMiniType ? z.output<Schema> : void) | CookieGiven<Name>
  : never;

/** `uploadDocument` sends either side. */
type MethodName = keyof Client | 'uploadDocumentBack';

type Proofs = { [Name in Called]: Same<Frozen<Sent<Name>>, Frozen<Routes[KeyOf<Name>]['body']>> } & {
  [Name in Called as `${Name} answers`]: Same<Frozen<Given<Name>>, Frozen<Routes[KeyOf<Name>]['answer']>>;
} & {
  [Name in Called as `${Name} has its method`]: Same<Table[Name]['method'], Routes[KeyOf<Name>]['method']>;
} & {
  [Name in Called as `${Name} is a method`]: Name extends MethodName ? true : false;
} & {
  codes: Same<ProblemCode, ErrorCode>;
};
type Faults = { [Name in keyof Proofs]: Proofs[Name] extends true ? never : Name }[keyof Proofs];

/** Typed by the names of what differs. */
const faults: [Faults] extends [never] ? 'none' : Faults = 'none';

describe("the client's types", () => {
  it('are those of the contract, by the judgement of tsc', () => {
    expect(faults).toBe('none');
  });
});
