// `fields` of a list: groups to add to the core, or the members to show and no others.
import { fieldAt, parentAt } from '../../model/fields.ts';
import { fail } from '../../model/problem.ts';
import { LIST_FIELDS, type ListField, type User } from '../../model/user.ts';

export interface Selection {
  /** Groups shown whole beside the core. */
  groups: readonly ListField[];
  /** Set: these members and the id are all that is shown. */
  members?: readonly string[];
}

const MAX_FIELDS = 50;

/**
 * Reads `fields`: names by commas. If all of them are groups that lists leave out or shorten, they are added to the core;
 * as soon as one names anything else (`email`, `profile.givenName`), exactly what is named is shown. Fails with
 * `input-invalid` for unknown names.
 */
export function readSelection(text: string | undefined): Selection {
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim());
  const refuse = (message: string) => fail({ code: 'input-invalid', issues: [{ pointer: '/fields', message }] });
  if (names.length > MAX_FIELDS) refuse(`must be at most ${MAX_FIELDS} names`);
  const groups = LIST_FIELDS.filter((field) => names.includes(field));
  const members = names.map((name) => {
    const path = fieldAt(name)?.path ?? parentAt(name)?.path;
    return path ?? refuse(`"${name.slice(0, 40)}" is no member of a person`);
  });
  return groups.length === new Set(names).size ? { groups } : { groups, members };
}

/** The members of the selection, as far as the person has them. Lists are kept as they are, whole elements. */
export function select(user: User, { members }: Selection): User {
  if (!members) return user;
  const chosen: Record<string, unknown> = { id: user.id };
  for (const path of members) copy(user, chosen, path.split('.'));
  return chosen as User;
}

function copy(from: object, to: Record<string, unknown>, [name, ...rest]: string[]): void {
  if (name === undefined || !Object.hasOwn(from, name)) return;
  const value = (from as Record<string, unknown>)[name];
  const nested = rest.length > 0 && typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!nested) {
    to[name] = value;
    return;
  }
  const whole = rest.join('.');
  const inner = (Object.hasOwn(to, name) ? to[name] : {}) as Record<string, unknown>;
  if (Object.hasOwn(value, whole)) inner[whole] = (value as Record<string, unknown>)[whole];
  else copy(value, inner, rest);
  if (Object.keys(inner).length > 0) to[name] = inner;
}
