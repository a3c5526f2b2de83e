// How values of an org's own fields about a person are written schema by schema. Which schemas there are is in
// structure/attribute-schemas.ts.
import type { AttributeChanges } from '../model/attribute-schema.ts';
import type { AttributeSchemaId, UserId } from '../model/ids.ts';
import type { User } from '../model/user.ts';
import { type Context, orgOf } from './context.ts';
import { applyPatch } from './record.ts';
import { checkReferences } from './references.ts';
import { changeUser, settled } from './users.ts';

export interface AttributesWritten {
  schemaId: AttributeSchemaId;
  values: AttributeChanges;
  /** Fields that are not named are taken away. */
  whole: boolean;
}

/** One change of the person, whatever the number of schemas. Fails as `updateUser` does. */
export function writeAttributes(ctx: Context, id: UserId, written: readonly AttributesWritten[]): Promise<User> {
  const given = Object.fromEntries(written.map(({ schemaId, values }) => [schemaId, values]));
  const references = settled(checkReferences(ctx, orgOf(ctx), { customAttributes: given }, id));
  return changeUser(ctx, id, 'user-updated', undefined, async (before) => {
    await references;
    const patch = written.map(({ schemaId, values, whole }) => {
      const had = whole ? Object.keys(before.side?.customAttributes?.[schemaId] ?? {}) : [];
      return [schemaId, { ...Object.fromEntries(had.map((name) => [name, null])), ...values }];
    });
    return { after: applyPatch(before, { customAttributes: Object.fromEntries(patch) }) };
  });
}
