import { describe, expect, it } from '@jest/globals';
import { canonical } from '../../../functions/core/onboarding/canonical.ts';
import * as fc from '../../support/properties.ts';

const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
};

describe('I3 One body has one text', () => {
  it('whatever the order of its members', () => {
    expect(canonical({ b: [{ d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });

  it('at any depth', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonical(value) === canonical(turned(value))));
  });

  it('the order of a list matters', () => {
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
  });

  it('two bodies that differ have two texts, since a text loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('a member that is undefined is as good as absent', () => {
    expect(canonical({ a: undefined, b: 1 })).toBe(canonical({ b: 1 }));
  });
});
