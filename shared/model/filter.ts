// The filter language: SCIM's (RFC 7644 §3.4.2.2) over canonical member names. Today `eq`, joined by `and`.
import { fail } from './problem.ts';

export interface Comparison {
  /** Full path of a member, such as `profile.familyName`. */
  member: string;
  operator: 'eq';
  value: string | number | boolean;
}

const MAX_LENGTH = 1000;
const MAX_COMPARISONS = 10;
// Escapes as in JSON; a control character as itself is no JSON.
const COMPARISON =
  /([A-Za-z][A-Za-z0-9.]{0,99}) +eq +("(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"|true|false|-?\d{1,16})(?= |$)/iuy;
const AND = / +and +/iy;

/**
 * Reads a filter; fails with `filter-invalid` for anything it does not understand or that names an unknown member.
 * Names and operators are read in any case, as the RFC has it.
 */
export function parseFilter(given: string, members: readonly string[]): Comparison[] {
  const refuse = (detail: string) => fail({ code: 'filter-invalid', detail });
  if (given.length > MAX_LENGTH) refuse('the filter is too long');
  const text = given.trim();
  const comparisons: Comparison[] = [];
  let at = 0;
  while (at < text.length || comparisons.length === 0) {
    if (comparisons.length > 0) at = matchAt(AND, text, at)?.end ?? refuse('comparisons are joined by "and"');
    const found = matchAt(COMPARISON, text, at) ?? refuse('a comparison is: member eq value');
    const [, name = '', literal = ''] = found.match;
    const member = members.find((known) => known.toLowerCase() === name.toLowerCase());
    comparisons.push({
      member: member ?? refuse('this member cannot be filtered by'),
      operator: 'eq',
      value: literalValue(literal),
    });
    if (comparisons.length > MAX_COMPARISONS) refuse('the filter has too many comparisons');
    at = found.end;
  }
  return comparisons;
}

function literalValue(literal: string): Comparison['value'] {
  if (literal.startsWith('"')) return JSON.parse(literal) as string;
  const word = literal.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : Number(literal);
}

function matchAt(pattern: RegExp, text: string, at: number): { match: RegExpExecArray; end: number } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? { match, end: pattern.lastIndex } : undefined;
}
