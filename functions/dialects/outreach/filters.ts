// Both syntaxes of filters, made into a filter over the record.
import type { Context } from '../../../shared/directory/context.ts';
import { idOfNumber, roleOfNumber } from '../../../shared/directory/structure/numbers.ts';
import { canonicalAddress } from '../../../shared/model/email-address.ts';
import type { Filter, Literal, Operator } from '../../../shared/model/filter.ts';
import { type Asked, refuse } from './query.ts';
import { rows } from './rows.ts';

/** Values that one filter lists. */
const MOST_VALUES = 100;

interface Target {
  /** As it stands in the address, for refusals. */
  parameter: string;
  member: string;
  literal(text: string): Literal | Promise<Literal>;
}

const comparing = (member: string, operator: Operator, value: Literal): Filter => ({ member, operator, value });
const joined = (word: 'and' | 'or', parts: Filter[]): Filter => {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return word === 'and' ? { and: parts } : { or: parts };
};

/** What is asked of the people of a list; undefined where everyone is. */
export async function readFilters(ctx: Context, { filters, newSyntax }: Asked): Promise<Filter | undefined> {
  const parts: Filter[] = [];
  const lists = new Map<string, string[]>();
  for (const [names, value] of filters) {
    const [name = '', ...rest] = names;
    const related = rest[0] === 'id';
    const [operator, key] = related ? [rest[1], `${name}[id]`] : [rest[0], name];
    const known = rest.length <= (related ? 2 : 1);
    if (!known) refuse(`filter[${names.join('][')}]`.slice(0, 100), 'is not understood');
    if (newSyntax && operator === '') lists.set(key, [...(lists.get(key) ?? []), value]);
    else if (operator === undefined) parts.push(await readValue(targetOf(ctx, key), value, newSyntax));
    else parts.push(await readOperator(targetOf(ctx, key), operator, value, newSyntax));
  }
  for (const [key, values] of lists) parts.push(await anyOf(targetOf(ctx, key), values));
  return parts.length > 0 ? joined('and', parts) : undefined;
}

const OPERATORS: Record<string, Operator> = { gt: 'gt', gte: 'ge', lt: 'lt', lte: 'le' };

async function readOperator(target: Target, name: string, value: string, newSyntax: boolean): Promise<Filter> {
  const operator = newSyntax && Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!operator || target.member === 'state') return refuse(target.parameter, 'does not take this operator');
  return comparing(target.member, operator, await target.literal(value));
}

async function readValue(target: Target, text: string, newSyntax: boolean): Promise<Filter> {
  if (text === '__null__') return comparing(target.member, 'eq', null);
  if (text === '__notnull__') return { not: comparing(target.member, 'eq', null) };
  if (newSyntax) return anyOf(target, [text]);
  const range = /^(.*)\.\.(.*)$/s.exec(text);
  if (!range) return anyOf(target, text.split(','));
  const [, low = '', high = ''] = range;
  return readRange(target, low, high);
}

/** Both ends belong to it. */
async function readRange(target: Target, low: string, high: string): Promise<Filter> {
  const { member, parameter } = target;
  if (member === 'state') refuse(parameter, 'is true or false');
  const bounds = [
    ...(low === 'neginf' ? [] : [comparing(member, 'ge', await target.literal(low))]),
    ...(high === 'inf' ? [] : [comparing(member, 'le', await target.literal(high))]),
  ];
  return bounds.length > 0 ? joined('and', bounds) : { not: comparing(member, 'eq', null) };
}

async function anyOf(target: Target, texts: readonly string[]): Promise<Filter> {
  if (texts.length > MOST_VALUES) refuse(target.parameter, `lists more than ${MOST_VALUES} values`);
  const values = await Promise.all(texts.map(target.literal));
  return joined(
    'or',
    values.map((value) => isOf(target, value)),
  );
}

const isOf = ({ member }: Target, value: Literal): Filter =>
  member === 'state' ? comparing(member, value ? 'eq' : 'ne', 'inactive') : comparing(member, 'eq', value);

/** Nobody has it: what a number stands for that is no role or team. */
const NOTHING = '-';

function targetOf(ctx: Context, key: string): Target {
  const parameter = `filter[${key.replaceAll(']', '').split('[').join('][')}]`.slice(0, 100);
  const target = (member: string, literal: Target['literal']): Target => ({ parameter, member, literal });
  const number = (text: string): number => {
    if (!/^\d{1,16}$/.test(text)) refuse(parameter, 'must be an integer');
    return Number(text);
  };
  switch (key) {
    case 'id':
      return target('number', number);
    case 'profile[id]':
      return target('relations.profile.id', number);
    case 'role[id]':
      return target('roles', async (text) => (await roleOfNumber(ctx, number(text))) ?? NOTHING);
    case 'teams[id]':
      return target('teams', async (text) => (await idOfNumber(ctx, number(text))) ?? NOTHING);
    default:
      return attributeTarget(parameter, key);
  }
}

function attributeTarget(parameter: string, name: string): Target {
  const row = rows.find(({ wire, searchable }) => searchable && wire === name);
  if (!row) return refuse(parameter, 'cannot be filtered by');
  const { path } = row;
  return { parameter, member: path, literal: (text) => literalOf(parameter, path, text) };
}

function literalOf(parameter: string, path: string, text: string): Literal {
  if (path === 'state') {
    if (text !== 'true' && text !== 'false') refuse(parameter, 'is true or false');
    return text === 'true';
  }
  if (path === 'email') return canonicalAddress(text) ?? text;
  if (!path.endsWith('At')) return text;
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? refuse(parameter, 'must be a moment (ISO 8601)') : new Date(moment).toISOString();
}
