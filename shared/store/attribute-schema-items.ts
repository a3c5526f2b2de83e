// A schema of an org's own fields as items: as it is now beside the org, and each of its versions in a partition of the
// schema's own.
import type { AttributeField, AttributeSchema } from '../model/attribute-schema.ts';
import type { AttributeSchemaId, OrgId } from '../model/ids.ts';
import { MAX_SCHEMAS } from '../model/user/custom-attributes.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import { countDown, countUp } from './structure-items.ts';
import { absent, type Item, type Write } from './table.ts';

export interface AttributeSchemaRecord {
  id: AttributeSchemaId;
  orgId: OrgId;
  name: string;
  description?: string;
  enabled: boolean;
  fields: AttributeField[];
  version: number;
  /** When this version was made, and by whom. */
  createdAt: string;
  createdBy?: string;
  /** What the last write left: any other write changes it. */
  revision?: string;
}

const NAMES: Names<AttributeSchemaRecord> = {
  id: 'id',
  orgId: 'o',
  name: 'name',
  description: 'desc',
  enabled: 'on',
  fields: 'fields',
  version: 'v',
  createdAt: 'ca',
  createdBy: 'cb',
  revision: 'op',
};

export const attributeSchemaItem = (schema: AttributeSchemaRecord) => ({
  ...pack(schema, NAMES),
  name: schema.name,
  ...keys.attributeSchema(schema.orgId, schema.id),
  k: 'attribute-schema',
});

export const readAttributeSchemaItem = (item: Item): AttributeSchemaRecord => unpack(item, NAMES);

export function toAttributeSchema({ orgId: _org, revision: _op, ...schema }: AttributeSchemaRecord): AttributeSchema {
  return schema;
}

const otherwise = { code: 'version-conflict' } as const;

/** This version stays readable when there are newer ones. */
export const keepVersion = (schema: AttributeSchemaRecord): Write => ({
  put: {
    ...attributeSchemaItem(schema),
    ...keys.attributeSchemaVersion(schema.orgId, schema.id, schema.version),
    k: 'attribute-schema-version',
  },
  when: absent,
  otherwise,
});

/** All versions up to the newest. */
export const dropVersions = ({ orgId, id, version }: AttributeSchemaRecord): Write[] =>
  Array.from({ length: version }, (_, i) => ({ drop: keys.attributeSchemaVersion(orgId, id, i + 1), otherwise }));

export const countSchema = (orgId: OrgId): Write =>
  countUp(keys.attributeSchemaCount(orgId), 'attribute-schema-count', MAX_SCHEMAS, 'schemas');

export const uncountSchema = (orgId: OrgId): Write => countDown(keys.attributeSchemaCount(orgId));
