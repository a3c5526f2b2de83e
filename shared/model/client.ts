// A machine client: what it is called, what it may do, and how it proves itself.
import * as v from 'valibot';
import { ClientId, OrgId } from './ids.ts';
import { group } from './patch.ts';
import { Permission } from './principal.ts';
import { Instant, personName, tags, text } from './text.ts';

const name = v.pipe(personName(100), v.minLength(1));
const description = text(500);
const permissions = v.pipe(v.array(Permission), v.maxLength(50));

const part = v.optional(v.pipe(v.string(), v.maxLength(1400)));

/**
 * A public key to verify a client's assertions by: PEM (`BEGIN PUBLIC KEY`), or the public members of a JWK (RFC 7517).
 * RSA of 2,048 to 4,096 bits or EC on P-256. `kid`, `alg` and `use` are taken and not looked at.
 */
export const PublicKey = v.union(
  [
    v.pipe(v.string(), v.maxLength(4096)),
    group({
      kty: v.picklist(['RSA', 'EC']),
      n: part,
      e: part,
      crv: part,
      x: part,
      y: part,
      kid: part,
      alg: part,
      use: part,
    }),
  ],
  'must be a public key as PEM or JWK',
);
export type PublicKey = v.InferOutput<typeof PublicKey>;

export const ClientCreate = group({
  name,
  permissions,
  description: v.nullish(description),
  tags: v.nullish(tags()),
  /** With it the client proves itself by assertions signed with the private key, and has no secret. */
  publicKey: v.optional(PublicKey),
});
export type ClientCreate = v.InferOutput<typeof ClientCreate>;

export const ClientPatch = group({
  name: v.optional(name),
  permissions: v.optional(permissions),
  description: v.nullish(description),
  tags: v.nullish(tags()),
  /** Takes the place of the key or secret before it. */
  publicKey: v.optional(PublicKey),
});
export type ClientPatch = v.InferOutput<typeof ClientPatch>;

export const ClientView = v.object({
  clientId: ClientId,
  orgId: v.optional(OrgId),
  name: v.string(),
  description: v.optional(v.string()),
  tags: v.optional(v.array(v.string())),
  permissions: v.array(Permission),
  /** Of a client with a public key: the key's thumbprint (RFC 7638), and the key as PEM. */
  keyId: v.optional(v.string()),
  publicKey: v.optional(v.string()),
  /** Rises with every new secret or key. */
  secretVersion: v.number(),
  version: v.pipe(v.number(), v.integer()),
  createdAt: Instant,
});
export type ClientView = v.InferOutput<typeof ClientView>;
