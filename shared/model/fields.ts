// Every member of a person's record by its path, with its type: read off the schema of `User`, so that what can be
// filtered, sorted, selected and documented is what there is, and no second list can go stale.
import type * as v from 'valibot';
import { User } from './user.ts';

export type FieldType = 'string' | 'number' | 'boolean' | 'instant';

export interface Field {
  /** Full path, such as `profile.timeZones.primary`. Of a free pair the path ends with its name. */
  path: string;
  type: FieldType;
  /** One of many: the member, or one above it, is a list. */
  many: boolean;
  /** Compared letter by letter (RFC 7643 §2.2 caseExact): ids and keys of other systems, names and values of pairs. */
  exact: boolean;
  /** The only values there are, where they are few. */
  options?: readonly string[];
  /** Most UTF-16 units it holds, where a limit is declared. */
  maxLength?: number;
}

/** A group or an element of a list: it has members, and can only be asked whether it is there. */
export interface Parent {
  path: string;
  many: boolean;
  /** Takes any name below it. */
  free?: Field;
}

interface Action {
  kind: string;
  type: string;
  requirement?: unknown;
  metadata?: { format?: string };
}
type Schema = v.GenericSchema & {
  entries?: v.ObjectEntries;
  item?: v.GenericSchema;
  value?: v.GenericSchema;
  wrapped?: v.GenericSchema;
  options?: readonly unknown[];
  literal?: unknown;
  pipe?: readonly Action[];
};

const EXACT =
  /^(id|legacyId|externalId|orgId|inviteId|createdBy|updatedBy|roles|teams|groups|divisionId|provisioning\.scim\.externalId|provisioning\.providerGuid|provisioning\.externalIds\.\w+|preferences\.map|.*Id)$/;

const fields = new Map<string, Field>();
const parents = new Map<string, Parent>();
/** Written in any case. */
const byLowerCase = new Map<string, string>();

function walk(given: Schema, path: string, many: boolean): void {
  const schema = unwrapped(given);
  if (schema.entries) {
    if (path) parents.set(path, { path, many });
    for (const [name, entry] of Object.entries(schema.entries)) {
      walk(entry as Schema, path ? `${path}.${name}` : name, many);
    }
  } else if (schema.item) {
    walk(schema.item as Schema, path, true);
  } else if (schema.type === 'record') {
    const free = fieldOf(unwrapped(schema.value as Schema), path, many);
    parents.set(path, { path, many, ...(free && { free }) });
  } else {
    const field = fieldOf(schema, path, many);
    // What is kept as it was sent has no members that anybody knows.
    if (field) fields.set(path, field);
    else parents.set(path, { path, many });
  }
}

function unwrapped(schema: Schema): Schema {
  return schema.wrapped ? unwrapped(schema.wrapped as Schema) : schema;
}

/** A pipe may begin with another pipe. */
function actionsOf({ pipe = [] }: Schema): Action[] {
  return pipe.flatMap((step) => (step.kind === 'schema' ? actionsOf(step as object as Schema) : [step]));
}

function fieldOf(schema: Schema, path: string, many: boolean): Field | undefined {
  const actions = actionsOf(schema);
  const common = { path, many, exact: EXACT.test(path) };
  switch (schema.type) {
    case 'string': {
      const longest = actions.find(({ type }) => type === 'max_length')?.requirement;
      const moment = actions.some(({ metadata }) => metadata?.format === 'date-time');
      const limit = typeof longest === 'number' && { maxLength: longest };
      return { ...common, type: moment ? 'instant' : 'string', ...limit };
    }
    case 'picklist':
      return { ...common, type: 'string', options: (schema.options ?? []).map(String) };
    case 'literal':
      return { ...common, type: 'string', options: [String(schema.literal)] };
    case 'union':
      return { ...common, type: 'string' };
    case 'number':
      return { ...common, type: 'number' };
    case 'boolean':
      return { ...common, type: 'boolean' };
    default:
      return undefined;
  }
}

walk(User as Schema, '', false);
for (const path of [...fields.keys(), ...parents.keys()]) byLowerCase.set(path.toLowerCase(), path);

export const FIELDS: ReadonlyMap<string, Field> = fields;
export const PARENTS: ReadonlyMap<string, Parent> = parents;

/** The member of that path in any case; a free pair by the name after the dot, as written. */
export function fieldAt(path: string): Field | undefined {
  const known = byLowerCase.get(path.toLowerCase());
  if (known !== undefined) return fields.get(known);
  for (const parent of parents.values()) {
    const prefix = `${parent.path}.`;
    if (parent.free && path.length > prefix.length && path.toLowerCase().startsWith(prefix.toLowerCase())) {
      return { ...parent.free, path: prefix + path.slice(prefix.length) };
    }
  }
  return undefined;
}

/** The group or list of that path in any case. */
export function parentAt(path: string): Parent | undefined {
  const known = byLowerCase.get(path.toLowerCase());
  return known === undefined ? undefined : parents.get(known);
}
