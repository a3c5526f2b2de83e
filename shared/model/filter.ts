// The filter language: SCIM's (RFC 7644 §3.4.2.2) over the members of the record. Read into a tree, judged against a
// record as the API shows it. Which way the people are found is not decided here.
import { canonicalAddress } from './email-address.ts';
import { type Field, fieldAt, parentAt } from './fields.ts';
import { fail } from './problem.ts';

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Literal = string | number | boolean | null;

/** Paths are full and spelt as the schema spells them; those inside `where` are full too. */
export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { member: string; operator: Operator; value: Literal }
  | { member: string; present: true }
  | { member: string; where: Filter };

/** Characters; comparisons; parentheses and brackets within each other. */
export const MAX_LENGTH = 1000;
export const MAX_COMPARISONS = 50;
export const MAX_DEPTH = 10;

const OPERATORS = new Set<string>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const ORDERING = new Set<Operator>(['gt', 'ge', 'lt', 'le']);
const PIECEWISE = new Set<Operator>(['co', 'sw', 'ew']);

interface Token {
  is: 'word' | 'string' | 'number' | '(' | ')' | '[' | ']' | 'end';
  text: string;
  at: number;
}

const refuse = (detail: string): never => fail({ code: 'filter-invalid', detail });
const refuseAt = ({ at, text }: Token, wanted: string): never =>
  refuse(`at character ${at + 1}${text ? `, "${text.slice(0, 40)}"` : ''}: ${wanted}`);

// Sticky and without alternatives that overlap: time grows with the length and no faster.
const SPACE = /[ \t]*/y;
const WORD = /[A-Za-z$_][\w.$:@+-]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
// Escapes as in JSON; a control character as itself is no JSON.
const STRING = /"(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"/uy;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const take = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (let at = take(SPACE, 0)?.length ?? 0; at < text.length; at += take(SPACE, at)?.length ?? 0) {
    const sign = text[at] ?? '';
    const found = ([is, match]: readonly [Token['is'], string | undefined]) =>
      match !== undefined && { is, text: match, at };
    const token =
      ('()[]'.includes(sign) && { is: sign as Token['is'], text: sign, at }) ||
      found(['string', take(STRING, at)]) ||
      found(['number', take(NUMBER, at)]) ||
      found(['word', take(WORD, at)]);
    if (!token) return refuseAt({ is: 'end', text: sign, at }, 'this is no part of a filter');
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { is: 'end', text: '', at: text.length }];
}

/** Reads a filter. Fails with `filter-invalid`, saying where, for anything it does not understand. */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_LENGTH) refuse(`the filter is longer than ${MAX_LENGTH} characters`);
  const tokens = tokensOf(text);
  let next = 0;
  let comparisons = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (): Token => tokens[Math.min(next++, tokens.length - 1)] as Token;
  const isWord = (word: string) => peek().is === 'word' && peek().text.toLowerCase() === word;

  // Precedence of RFC 7644: not, then and, then or.
  const disjunction = (under: string, depth: number): Filter => list('or', conjunction, under, depth);
  const conjunction = (under: string, depth: number): Filter => list('and', factor, under, depth);
  const list = (word: 'and' | 'or', part: typeof factor, under: string, depth: number): Filter => {
    const parts = [part(under, depth)];
    while (isWord(word)) {
      take();
      parts.push(part(under, depth));
    }
    const [only] = parts;
    if (parts.length === 1 && only) return only;
    return word === 'and' ? { and: parts } : { or: parts };
  };
  const factor = (under: string, depth: number): Filter => {
    if (depth > MAX_DEPTH) refuse(`parentheses lie more than ${MAX_DEPTH} deep`);
    if (isWord('not') && tokens[next + 1]?.is === '(') {
      take();
      return { not: inside('(', ')', under, depth) };
    }
    return peek().is === '(' ? inside('(', ')', under, depth) : comparison(under, depth);
  };
  const inside = (open: Token['is'], close: Token['is'], under: string, depth: number): Filter => {
    expect(open);
    const filter = disjunction(under, depth + 1);
    expect(close);
    return filter;
  };
  const expect = (is: Token['is']): void => {
    const token = take();
    if (token.is !== is) refuseAt(token, `"${is}" is missing`);
  };
  const comparison = (under: string, depth: number): Filter => {
    if (++comparisons > MAX_COMPARISONS) refuse(`the filter has more than ${MAX_COMPARISONS} comparisons`);
    const name = take();
    if (name.is !== 'word') refuseAt(name, 'the name of a member is expected');
    const path = under ? `${under}.${name.text}` : name.text;
    if (peek().is === '[') {
      const parent = parentAt(path) ?? refuseAt(name, 'this member has no members of its own');
      if (under) refuseAt(name, 'brackets stand within brackets');
      return { member: parent.path, where: inside('[', ']', parent.path, depth) };
    }
    const word = take();
    const operator = word.is === 'word' ? word.text.toLowerCase() : '';
    const field = fieldAt(path);
    if (operator === 'pr') {
      const member = field?.path ?? parentAt(path)?.path ?? refuseAt(name, 'there is no such member');
      return { member, present: true };
    }
    if (!OPERATORS.has(operator)) refuseAt(word, 'an operator is expected: eq ne co sw ew gt ge lt le pr');
    if (!field) return refuseAt(name, parentAt(path) ? 'this member is no single value' : 'there is no such member');
    return {
      member: field.path,
      operator: operator as Operator,
      value: readValue(take(), field, operator as Operator),
    };
  };

  const filter = disjunction('', 0);
  if (peek().is !== 'end') refuseAt(peek(), '"and", "or" or the end is expected');
  return filter;
}

function readValue(token: Token, field: Field, operator: Operator): Literal {
  const value = literalOf(token);
  const wrong = (what: string): never => refuseAt(token, what);
  if (value === null) return operator === 'eq' || operator === 'ne' ? null : wrong('null is only equal or not');
  const type = field.type === 'instant' ? 'string' : field.type;
  if (typeof value !== type) wrong(`${field.path} is a ${field.type}`);
  if (field.type === 'boolean' && operator !== 'eq' && operator !== 'ne') wrong('true and false are only equal or not');
  if (field.type === 'number' && PIECEWISE.has(operator)) wrong('a number has no pieces');
  if (field.type === 'instant' && !PIECEWISE.has(operator) && Number.isNaN(Date.parse(String(value)))) {
    wrong('this is no moment (RFC 3339)');
  }
  const known = !field.options || PIECEWISE.has(operator) || ORDERING.has(operator);
  if (!known && !field.options?.some((option) => option.toLowerCase() === String(value).toLowerCase())) {
    wrong(`${field.path} is one of ${field.options?.join(', ')}`);
  }
  // Compared as the directory keeps it: an address in another spelling is the same address.
  if (field.path === 'email' && (operator === 'eq' || operator === 'ne'))
    return canonicalAddress(String(value)) ?? value;
  return value;
}

function literalOf(token: Token): Literal {
  if (token.is === 'string') return JSON.parse(token.text) as string;
  if (token.is === 'number') return Number(token.text);
  const word = token.is === 'word' ? token.text.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  return word === 'null' ? null : refuseAt(token, 'a value is expected: "text", a number, true, false or null');
}

/**
 * Whether the record passes. A list passes when any of its elements does; of an absent member only `ne`, `eq null` and
 * `not` hold. Text compares without regard to case but for members marked exact, moments as moments.
 */
export function matches(filter: Filter, record: object): boolean {
  return passes(filter, record, '');
}

function passes(filter: Filter, record: object, under: string): boolean {
  if ('and' in filter) return filter.and.every((part) => passes(part, record, under));
  if ('or' in filter) return filter.or.some((part) => passes(part, record, under));
  if ('not' in filter) return !passes(filter.not, record, under);
  const path = under ? filter.member.slice(under.length + 1) : filter.member;
  const values = valuesAt(record, path.split('.'));
  if ('where' in filter) {
    return values.some(
      (value) => typeof value === 'object' && value !== null && passes(filter.where, value, filter.member),
    );
  }
  if ('present' in filter) return values.some(isPresent);
  const present = values.filter(isPresent);
  if (filter.value === null) return (filter.operator === 'eq') === (present.length === 0);
  const field = fieldAt(filter.member);
  if (!field) return false;
  if (filter.operator === 'ne') return !present.some((value) => compare(field, 'eq', value, filter.value));
  return present.some((value) => compare(field, filter.operator, value, filter.value));
}

function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Lists are looked into; the last name takes whatever is there. A free pair's name may hold dots. */
function valuesAt(value: unknown, [name, ...rest]: string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Record<string, unknown>;
  const whole = [name, ...rest].join('.');
  if (rest.length > 0 && Object.hasOwn(members, whole)) return [members[whole]];
  return Object.hasOwn(members, name) ? valuesAt(members[name], rest) : [];
}

function compare(field: Field, operator: Operator, given: unknown, wanted: Literal): boolean {
  if (field.type === 'boolean') return given === wanted;
  if (field.type === 'instant' && !PIECEWISE.has(operator)) {
    return ordered(operator, Date.parse(String(given)), Date.parse(String(wanted)));
  }
  if (field.type === 'number') return ordered(operator, Number(given), Number(wanted));
  const fold = (text: unknown) => (field.exact ? String(text) : String(text).toLowerCase());
  const [left, right] = [fold(given), fold(wanted)];
  if (operator === 'co') return left.includes(right);
  if (operator === 'sw') return left.startsWith(right);
  return operator === 'ew' ? left.endsWith(right) : ordered(operator, left, right);
}

function ordered<T extends string | number>(operator: Operator, left: T, right: T): boolean {
  switch (operator) {
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    default:
      return left === right;
  }
}

/** Full paths of the members that a filter looks at, so that a reader knows which groups it must fetch. */
export function membersOf(filter: Filter): string[] {
  if ('and' in filter) return filter.and.flatMap(membersOf);
  if ('or' in filter) return filter.or.flatMap(membersOf);
  if ('not' in filter) return membersOf(filter.not);
  return 'where' in filter ? [filter.member, ...membersOf(filter.where)] : [filter.member];
}

/** The comparisons that must all hold: the filter itself, or the parts of its outermost `and`. */
export function conjunctsOf(filter: Filter | undefined): Filter[] {
  if (!filter) return [];
  return 'and' in filter ? filter.and.flatMap(conjunctsOf) : [filter];
}
