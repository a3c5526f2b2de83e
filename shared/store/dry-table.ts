// The table as it is, and every write tried without being made: its conditions are judged on the items that are there,
// and the first that would be refused is refused in the same words. What a dry run promises is what a run would find.
import { isDeepStrictEqual } from 'node:util';
import { DirectoryError } from '../model/problem.ts';
import type { Changed, Condition, Item, Key, Table, Value, Write } from './table.ts';

export function dryTable(table: Table): Table {
  const tried = async (key: Key, when: Condition | undefined, item: (existing: Item | undefined) => Item) => {
    const existing = await table.get({ pk: key.pk, sk: key.sk });
    const held = when === undefined || holds(when, existing);
    return (held ? { done: true, item: item(existing) } : { done: false, ...(existing && { existing }) }) as Changed;
  };
  return {
    ...table,
    change: (write) => tried(write.update, write.when, (existing) => counted(write.update, existing, write.add)),
    put: (item, when) => tried(item, when, () => item),
    async commit(writes) {
      const items = await table.getMany(writes.map(keyOf));
      for (const [i, write] of writes.entries()) {
        const existing = items[i];
        const there = 'check' in write ? existing !== undefined : true;
        if (there && (write.when === undefined || holds(write.when, existing))) continue;
        const { otherwise } = write;
        throw new DirectoryError(typeof otherwise === 'function' ? otherwise(existing) : otherwise);
      }
    },
  };
}

function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('update' in write) return write.update;
  return 'drop' in write ? write.drop : write.check;
}

/** The item with its numbers raised: what a counter would say. */
function counted(key: Key, existing: Item | undefined, add: Record<string, number | Set<string>> = {}): Item {
  const raised = Object.entries(add).map(([name, by]) => [
    name,
    typeof by === 'number' ? Number(existing?.[name] ?? 0) + by : (existing?.[name] ?? by),
  ]);
  return { ...existing, ...key, ...Object.fromEntries(raised) };
}

/** Whether DynamoDB would let a write with this condition pass over the item. */
export function holds(asked: Condition, item: Item | undefined): boolean {
  if ('is' in asked) return (asked.is === 'absent') === (item === undefined);
  if ('every' in asked) return asked.every.every((part) => holds(part, item));
  if ('some' in asked) return asked.some.some((part) => holds(part, item));
  const value = item?.[asked.attribute];
  if ('equals' in asked) {
    return asked.equals === undefined ? value === undefined : isDeepStrictEqual(value, asked.equals);
  }
  if ('oneOf' in asked) return asked.oneOf.some((one) => isDeepStrictEqual(value, one));
  if ('above' in asked) return comparable(value, asked.above) && value > asked.above;
  if ('below' in asked) return comparable(value, asked.below) && value < asked.below;
  if ('contains' in asked) return contains(value, asked.contains);
  if ('lacks' in asked) return !contains(value, asked.lacks);
  const size = sizeOf(value);
  if (size === undefined) return false;
  return 'sizeAbove' in asked ? size > asked.sizeAbove : size < asked.sizeBelow;
}

/** Values of different types, or none, are neither above nor below one another. */
const comparable = <T extends number | string>(value: Value | undefined, other: T): value is T =>
  typeof value === typeof other;

function contains(value: Value | undefined, wanted: string): boolean {
  if (value instanceof Set) return value.has(wanted);
  return Array.isArray(value) || typeof value === 'string' ? value.includes(wanted) : false;
}

function sizeOf(value: Value | undefined): number | undefined {
  if (value instanceof Set) return value.size;
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  return undefined;
}
