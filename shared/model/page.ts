// A page of a list, and how one is asked for.
import * as v from 'valibot';

/** How many items a page holds at most: 1 to 200, 50 unless told. */
export const Limit = v.pipe(
  v.string(),
  v.regex(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200'),
  v.transform(Number),
);

/** Items of a page that names no limit. */
export const DEFAULT_LIMIT = 50;

/** What asks for a page of a list, to be spread into a query's schema. */
export const pageQuery = {
  limit: v.optional(Limit),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(1000))),
};

export interface Page<T> {
  items: T[];
  /** Absent on the last page. A page may hold fewer items than asked for and still have a next one. */
  nextCursor?: string;
}

export const pageOf = <Schema extends v.GenericSchema>(item: Schema) =>
  v.object({ items: v.array(item), nextCursor: v.optional(v.string()) });
