import { describe, expect, test } from 'vitest';
import { expressions } from '../../shared/store/expressions.ts';
import { above, absent, below, type Condition, equals, every, oneOf, present, some } from '../../shared/store/table.ts';

const RESERVED = ['name', 'size', '#0', ':0', 'a.b', 'list[0]', 'attribute_exists(pk)', 'x = :y OR #a', '"', ' ', 'é'];

const compiled = (condition: Condition) => {
  const made = expressions();
  return { text: made.condition(condition), ...made.names() };
};

describe('conditions', () => {
  test.each<[Condition, string]>([
    [absent, 'attribute_not_exists(pk)'],
    [present, 'attribute_exists(pk)'],
    [equals('a', 1), '#0 = :0'],
    [equals('a', undefined), 'attribute_not_exists(#0)'],
    [oneOf('a', ['x', 'y']), '#0 IN (:0, :1)'],
    [above('a', 1), '#0 > :0'],
    [below('a', 'x'), '#0 < :0'],
    [{ attribute: 'a', contains: 'x' }, 'contains(#0, :0)'],
    [{ attribute: 'a', lacks: 'x' }, 'NOT contains(#0, :0)'],
    [{ attribute: 'a', sizeAbove: 1 }, 'size(#0) > :0'],
    [every(absent, equals('a', 1)), '(attribute_not_exists(pk)) AND (#0 = :0)'],
    [some(equals('a', 1), every(equals('b', 2), equals('a', 3))), '(#0 = :0) OR ((#1 = :1) AND (#0 = :2))'],
  ])('%j is %s', (condition, text) => {
    expect(compiled(condition).text).toBe(text);
  });

  test.each(RESERVED)('keep the name and the value %j out of the text', (hostile) => {
    const { text, ExpressionAttributeNames, ExpressionAttributeValues } = compiled(every(equals(hostile, hostile)));
    expect(text).toBe('#0 = :0');
    expect(ExpressionAttributeNames).toEqual({ '#0': hostile });
    expect(ExpressionAttributeValues).toEqual({ ':0': hostile });
  });
});

describe('changes', () => {
  test('set, remove, copy, add and take in one expression, every name by placeholder', () => {
    const made = expressions();
    const text = made.update({
      set: { name: 1, gone: undefined },
      remove: ['size'],
      copy: { prev: 'at' },
      add: { n: 1 },
      take: { ids: new Set(['u']) },
    });
    expect(text).toMatch(/^SET #\d = :\d, #\d = if_not_exists\(#\d, :\d\) REMOVE #\d, #\d ADD #\d :\d DELETE #\d :\d$/);
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = made.names();
    expect(Object.values(ExpressionAttributeNames).sort()).toEqual(['at', 'gone', 'ids', 'n', 'name', 'prev', 'size']);
    expect(Object.values(ExpressionAttributeValues)).toEqual([1, '', 1, new Set(['u'])]);
  });

  test('share placeholders with the condition of the same request', () => {
    const made = expressions();
    made.update({ set: { a: 1 } });
    expect(made.condition(equals('a', 2))).toBe('#0 = :1');
  });

  test('of nothing are nothing', () => {
    const made = expressions();
    expect(made.update({})).toBe('');
    expect(made.names()).toEqual({});
  });
});

describe('key ranges', () => {
  test.each([
    [{}, '#0 = :0'],
    [{ begins: 'x' }, '#0 = :0 AND begins_with(#1, :1)'],
    [{ from: 'a', to: 'b' }, '#0 = :0 AND #1 BETWEEN :1 AND :2'],
    [{ from: 'a' }, '#0 = :0 AND #1 >= :1'],
    [{ to: 'b' }, '#0 = :0 AND #1 <= :1'],
  ])('%j', (by, text) => {
    expect(expressions().key('pk', 'v', 'sk', by)).toBe(text);
  });
});
