// Where the record came from and under which keys other systems know the person. All of it is bookkeeping: none of it
// proves who somebody is.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { text } from '../text.ts';

const key = v.pipe(text(255), v.minLength(1));

/** A key under which an authority knows the person, compared letter by letter. Source: Genesys Cloud external ids. */
export const VendorId = group({ authority: key, key });
export type VendorId = v.InferOutput<typeof VendorId>;

const areDistinct = (ids: VendorId[]): boolean =>
  new Set(ids.map((id) => JSON.stringify([id.authority, id.key]))).size === ids.length;

export const Provisioning = group({
  /** The provisioning service's id for the person and its name. Source: the Outreach seed. */
  scim: v.optional(group({ externalId: v.optional(text(255)), source: v.optional(text(255)) })),
  /** The person signs in elsewhere. Source: the Axway seed. */
  external: v.optional(v.boolean()),
  /** Names of the social sign-in services. Source: `oauth` of the Axway seed. */
  socialProviders: v.optional(v.pipe(v.array(key), v.maxLength(50))),
  /** The owning provider of a marketplace consumer. Source: the Axway seed. */
  providerGuid: v.optional(v.pipe(v.string(), v.uuid('must be a UUID'))),
  externalIds: v.optional(
    v.pipe(v.array(VendorId), v.maxLength(100), v.check(areDistinct, 'must not name a key twice')),
  ),
});
export type Provisioning = v.InferOutput<typeof Provisioning>;

export const ProvisioningPatch = patchOf(Provisioning);
export type ProvisioningPatch = v.InferOutput<typeof ProvisioningPatch>;
