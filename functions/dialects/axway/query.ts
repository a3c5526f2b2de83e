// What callers ask beside a path: lists in three spellings, pages by number, fields to show or to leave out; and the
// envelope of what they get.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { jsonReply } from '../../../shared/http/reply.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import { refuse } from './errors.ts';

/** Values that one parameter may name. */
const MOST_VALUES = 100;

/** `name=a&name=b`, `name[]=a&name[]=b` and `name=a,b` are one list. */
export function many(query: URLSearchParams, name: string): string[] {
  const values = [...query.getAll(name), ...query.getAll(`${name}[]`)].flatMap((value) => value.split(','));
  const given = values.map((value) => value.trim()).filter(Boolean);
  return given.length > MOST_VALUES ? refuse('PARAM_INVALID', name) : given;
}

/** One value; undefined where it is not given, or given empty. */
export const one = (query: URLSearchParams, name: string): string | undefined => query.get(name)?.trim() || undefined;

export interface Paging {
  /** Undefined: everything. Zero: nothing, but counted. */
  limit: number | undefined;
  page: number;
  offset: number;
  skip: number;
}

export function pagingOf(query: URLSearchParams, most: number, usual?: number): Paging {
  const limit = whole(query, 'limit', usual, 0, most);
  const page = whole(query, 'page', 1, 1, 1_000_000) ?? 1;
  const skip = whole(query, 'skip', 0, 0, 1_000_000) ?? 0;
  return { limit, page, skip, offset: skip + (page - 1) * (limit ?? 0) };
}

function whole(query: URLSearchParams, name: string, usual: number | undefined, least: number, most: number) {
  const text = one(query, name);
  if (text === undefined) return usual;
  const number = Number(text);
  return Number.isInteger(number) && number >= least && number <= most ? number : refuse('PARAM_INVALID', name);
}

/** Seconds or text there, an instant here: milliseconds since 1970, or ISO 8601 as the SDK sends it. */
export function instantIn(query: URLSearchParams, name: string): string | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  const date = new Date(/^\d{1,15}$/.test(text) ? Number(text) : text);
  return Number.isNaN(date.getTime()) ? refuse('PARAM_INVALID', name) : date.toISOString();
}

export function metadataOf({ limit, page, skip }: Paging, count: number, matched: number): Wire {
  const size = limit ?? matched;
  return { count, limit: size, matched, page, pages: size > 0 ? Math.ceil(matched / size) : 0, skip };
}

/** The members that `fields[]` names, without those of `exclude_fields[]`; all of them where neither is given. */
export function selected(query: URLSearchParams, result: unknown): unknown {
  const [wanted, without] = [many(query, 'fields'), many(query, 'exclude_fields')];
  if (wanted.length === 0 && without.length === 0) return result;
  const kept = (name: string) => (wanted.length === 0 || wanted.includes(name)) && !without.includes(name);
  const cut = (value: object) => Object.fromEntries(Object.entries(value).filter(([name]) => kept(name)));
  if (Array.isArray(result)) return result.map((entry) => cut(entry));
  return typeof result === 'object' && result !== null ? cut(result) : result;
}

/** Success as the platform wraps it. */
export const success = (query: URLSearchParams, result: unknown, metadata?: Wire): HttpReply =>
  jsonReply(200, { success: true, result: selected(query, result), ...(metadata && { metadata }) });

/** A body as an object of known members. */
export function bodyOf(body: unknown, known: readonly string[]): Wire {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse('PARAM_INVALID', 'body');
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  return unknown === undefined ? (body as Wire) : refuse('PARAM_INVALID', unknown.slice(0, 100));
}

export function needed(body: Wire, name: string): string {
  const value = body[name];
  if (value === undefined || value === null || value === '') return refuse('PARAM_REQUIRED', name);
  return typeof value === 'string' ? value : refuse('PARAM_INVALID', name);
}
