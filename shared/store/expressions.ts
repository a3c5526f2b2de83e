// Compiles conditions and changes to DynamoDB expressions. Every name and value goes in by placeholder, so that no
// input can become part of an expression.
import type { Change, Condition } from './table.ts';

/** The placeholders of one request, and the expressions that use them. */
export interface Expressions {
  condition(condition: Condition): string;
  update(change: Change): string;
  key(hash: string, value: string, range: string, by: { begins?: string; from?: string; to?: string }): string;
  names(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Record<string, unknown> };
}

export function expressions(): Expressions {
  const names = new Map<string, string>();
  const values = new Map<string, unknown>();

  const nameFor = (attribute: string): string => {
    const placeholder = names.get(attribute) ?? `#${names.size}`;
    names.set(attribute, placeholder);
    return placeholder;
  };

  const valueFor = (value: unknown): string => {
    const placeholder = `:${values.size}`;
    values.set(placeholder, value);
    return placeholder;
  };

  // DynamoDB refuses redundant parentheses: one alone has none.
  const join = ([first, ...rest]: Condition[], operator: string): string =>
    rest.length === 0 && first
      ? condition(first)
      : [first, ...rest].flatMap((part) => (part ? [`(${condition(part)})`] : [])).join(operator);

  const condition = (asked: Condition): string => {
    if ('is' in asked) return asked.is === 'absent' ? 'attribute_not_exists(pk)' : 'attribute_exists(pk)';
    if ('every' in asked) return join(asked.every, ' AND ');
    if ('some' in asked) return join(asked.some, ' OR ');
    const name = nameFor(asked.attribute);
    if ('equals' in asked) {
      return asked.equals === undefined ? `attribute_not_exists(${name})` : `${name} = ${valueFor(asked.equals)}`;
    }
    if ('oneOf' in asked) return `${name} IN (${asked.oneOf.map(valueFor).join(', ')})`;
    if ('above' in asked) return `${name} > ${valueFor(asked.above)}`;
    if ('below' in asked) return `${name} < ${valueFor(asked.below)}`;
    if ('contains' in asked) return `contains(${name}, ${valueFor(asked.contains)})`;
    if ('lacks' in asked) return `NOT contains(${name}, ${valueFor(asked.lacks)})`;
    return 'sizeAbove' in asked
      ? `size(${name}) > ${valueFor(asked.sizeAbove)}`
      : `size(${name}) < ${valueFor(asked.sizeBelow)}`;
  };

  const update = ({ set = {}, remove = [], copy = {}, add = {}, take = {} }: Change): string => {
    // Undefined in `set` means: this attribute is no more.
    const gone = [...remove, ...Object.keys(set).filter((attribute) => set[attribute] === undefined)];
    const kept = Object.entries(set).filter(([, value]) => value !== undefined);
    const pairs = (changes: Record<string, unknown>) =>
      Object.entries(changes).map(([attribute, value]) => `${nameFor(attribute)} ${valueFor(value)}`);
    const clauses: [string, string[]][] = [
      [
        'SET',
        [
          ...kept.map(([attribute, value]) => `${nameFor(attribute)} = ${valueFor(value)}`),
          ...Object.entries(copy).map(
            ([to, from]) => `${nameFor(to)} = if_not_exists(${nameFor(from)}, ${valueFor('')})`,
          ),
        ],
      ],
      ['REMOVE', gone.map(nameFor)],
      ['ADD', pairs(add)],
      ['DELETE', pairs(take)],
    ];
    return clauses.flatMap(([verb, parts]) => (parts.length > 0 ? [`${verb} ${parts.join(', ')}`] : [])).join(' ');
  };

  const key: Expressions['key'] = (hash, value, range, by) => {
    const same = `${nameFor(hash)} = ${valueFor(value)}`;
    const { begins, from, to } = by;
    if (begins !== undefined) return `${same} AND begins_with(${nameFor(range)}, ${valueFor(begins)})`;
    if (from !== undefined && to !== undefined) {
      return `${same} AND ${nameFor(range)} BETWEEN ${valueFor(from)} AND ${valueFor(to)}`;
    }
    if (to !== undefined) return `${same} AND ${nameFor(range)} <= ${valueFor(to)}`;
    return from === undefined ? same : `${same} AND ${nameFor(range)} >= ${valueFor(from)}`;
  };

  return {
    condition,
    update,
    key,
    names: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries([...names].map(([name, placeholder]) => [placeholder, name])),
      }),
      ...(values.size > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    }),
  };
}
