// What is done to many at once: invites by the thousand, and one change of all whom a filter finds.
import * as v from 'valibot';
import { GroupId, TeamId } from './ids.ts';
import { InviteCreate } from './invite.ts';
import { group } from './patch.ts';
import { LockInput } from './user/security.ts';
import { Roles, UserPatch } from './user.ts';

/** Rows of one request. */
export const MAX_ROWS = 10_000;

const { email: _email, profile: _profile, ...shared } = InviteCreate.entries;

/** Each row is read by itself as `InviteCreate`: one that is malformed fails alone. */
const InviteRow = v.pipe(v.unknown(), v.description('As the body of `POST /v1/invites`; read row by row.'));

export const BulkInvite = group({
  invites: v.pipe(v.array(InviteRow), v.minLength(1), v.maxLength(MAX_ROWS)),
  /** What a row does not say itself. Null in a row takes the default away. */
  defaults: v.nullish(group(shared)),
  /** Tells what would become of each row, and invites nobody. */
  dryRun: v.nullish(v.boolean()),
});
export type BulkInvite = v.InferOutput<typeof BulkInvite>;

const { email: _own, username: _name, externalId: _theirs, provisioning: _keys, ...common } = UserPatch.entries;

/** A merge patch of what many people may share: nothing by which one person is told from another. */
export const CommonPatch = group(common);

const yes = v.optional(v.literal(true));

/** One change, named by its member. */
export const Change = v.pipe(
  group({
    deactivate: yes,
    activate: yes,
    lock: v.optional(LockInput),
    unlock: yes,
    addRoles: v.optional(Roles),
    removeRoles: v.optional(Roles),
    addTeam: v.optional(TeamId),
    removeTeam: v.optional(TeamId),
    addGroup: v.optional(GroupId),
    removeGroup: v.optional(GroupId),
    patch: v.optional(CommonPatch),
  }),
  v.check((change) => Object.keys(change).length === 1, 'must name exactly one change'),
  v.metadata({ description: 'Exactly one of the members.' }),
);
export type Change = v.InferOutput<typeof Change>;

export const BulkChange = group({
  /** As of `GET /v1/users`. There is no change of everybody by leaving it out. */
  filter: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)),
  change: Change,
  /** Tells who would be changed, and changes nobody. */
  dryRun: v.nullish(v.boolean()),
});
export type BulkChange = v.InferOutput<typeof BulkChange>;
