// A person's record: identity and lifecycle at the top, every other group in a file of its own under user/.
// How it lies in the table is the store's business; what may happen to it is the directory's.
import * as v from 'valibot';
import { EmailAddress } from './email-address.ts';
import { DivisionId, GroupId, InviteId, OrgId, TeamId, UserId } from './ids.ts';
import { group } from './patch.ts';
import { Role, RoleName } from './principal.ts';
import { Instant, text } from './text.ts';
import { Contact, ContactPatch } from './user/contact.ts';
import { Custom, CustomPatch } from './user/custom.ts';
import { CustomAttributes, CustomAttributesPatch } from './user/custom-attributes.ts';
import { Notifications, NotificationsPatch } from './user/notifications.ts';
import { Preferences, PreferencesPatch } from './user/preferences.ts';
import { Presence, PresencePatch } from './user/presence.ts';
import { Profile, ProfilePatch } from './user/profile.ts';
import { Provisioning, ProvisioningPatch } from './user/provisioning.ts';
import { Relations, RelationsPatch } from './user/relations.ts';
import { Routing, RoutingPatch } from './user/routing.ts';
import { SavedViews, SavedViewsPatch } from './user/saved-views.ts';
import { SecurityFacts, SecurityPatch } from './user/security.ts';
import { Telephony, TelephonyPatch } from './user/telephony.ts';

/**
 * staged: known, not invited. invited: an invite is out. active: has accepted. inactive: may not come in.
 * deleted: gone, address reserved, can be restored. erased: a tombstone without personal data.
 */
export const UserState = v.picklist(['staged', 'invited', 'active', 'inactive', 'deleted', 'erased']);
export type UserState = v.InferOutput<typeof UserState>;

/** Why somebody's state changed, as far as whoever changed it said so. Source: Genesys Cloud `stateChangeReason`. */
export const StateReason = v.picklist(['voluntary', 'seasonal', 'leave', 'performance', 'conduct', 'unknown']);
export type StateReason = v.InferOutput<typeof StateReason>;

/** The states of people who are there. A deleted one is found only by those who ask for it. */
export const LIVE: readonly UserState[] = ['staged', 'invited', 'active', 'inactive'];

/** A sign-in name beside the address, unique in the deployment. It holds no `@`, so it is never anybody's address. */
export const Username = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(100),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'letters, digits and . _ + - only, beginning with a letter or digit'),
);

/** Another system's name for the person. Bookkeeping only: it is never a proof of anything. Unique per org. */
export const ExternalId = v.pipe(text(255), v.minLength(1));

/** What the person did last. Kept apart from the record: it raises no version. */
export const Activity = v.object({
  lastSignInAt: v.optional(Instant),
  previousSignInAt: v.optional(Instant),
  signInCount: v.optional(v.number()),
  lastOrgId: v.optional(OrgId),
  /** When each kind of client was last signed in from: web, cli, studio, other. */
  seenFrom: v.optional(v.record(v.string(), Instant)),
  lastTokenIssuedAt: v.optional(Instant),
});
export type Activity = v.InferOutput<typeof Activity>;

/** The groups of the record that a caller with `users:write` may change. */
export const GROUPS = {
  profile: Profile,
  contact: Contact,
  telephony: Telephony,
  notifications: Notifications,
  savedViews: SavedViews,
  preferences: Preferences,
  custom: Custom,
  customAttributes: CustomAttributes,
  provisioning: Provisioning,
  relations: Relations,
} as const;

/** The groups a list leaves out unless its `fields` names them: they lie in items of their own. */
export const SIDE_GROUPS = [
  'telephony',
  'notifications',
  'savedViews',
  'custom',
  'customAttributes',
  'provisioning',
  'relations',
] as const;
export type SideGroup = (typeof SIDE_GROUPS)[number];

/** The groups about a person at work now: they lie in an item with a version of its own and raise none of the record's. */
export const WORK_GROUPS = ['routing', 'presence'] as const;
export type WorkGroup = (typeof WORK_GROUPS)[number];

/** What `fields` of a list may name: the groups it leaves out, and those it shows only the core of. */
export const LIST_FIELDS = ['profile', 'preferences', ...SIDE_GROUPS, ...WORK_GROUPS, 'activity'] as const;
export type ListField = (typeof LIST_FIELDS)[number];

const optionalGroups = {
  profile: v.optional(Profile),
  contact: v.optional(Contact),
  telephony: v.optional(Telephony),
  notifications: v.optional(Notifications),
  savedViews: v.optional(SavedViews),
  preferences: v.optional(Preferences),
  custom: v.optional(Custom),
  /** By the id of the schema and the name of its field. */
  customAttributes: v.optional(CustomAttributes),
  provisioning: v.optional(Provisioning),
  relations: v.optional(Relations),
  routing: v.optional(Routing),
  presence: v.optional(Presence),
};

/** A person as the API shows one. A member whose home is another org shows identity, names, state and roles only. */
export const User = v.object({
  id: UserId,
  number: v.pipe(v.number(), v.integer()),
  legacyId: v.string(),
  orgId: v.optional(OrgId),
  email: v.optional(v.string()),
  username: v.optional(v.string()),
  externalId: v.optional(v.string()),
  state: UserState,
  version: v.pipe(v.number(), v.integer()),
  createdAt: Instant,
  createdBy: v.optional(v.string()),
  updatedAt: Instant,
  updatedBy: v.optional(v.string()),
  invitedAt: v.optional(Instant),
  activatedAt: v.optional(Instant),
  deactivatedAt: v.optional(Instant),
  deletedAt: v.optional(Instant),
  /** When the state last changed. Absent: it is the one that the person began with. */
  stateChangedAt: v.optional(Instant),
  /** Of the last change of the state. */
  stateReason: v.optional(StateReason),
  termsAcceptedAt: v.optional(Instant),
  termsVersion: v.optional(v.string()),
  /** What the person is in the caller's org: roles, division, teams, groups. */
  roles: v.array(Role),
  divisionId: v.optional(DivisionId),
  teams: v.optional(v.array(TeamId)),
  groups: v.optional(v.array(GroupId)),
  ...optionalGroups,
  security: v.optional(SecurityFacts),
  activity: v.optional(Activity),
  inviteId: v.optional(InviteId),
});
export type User = v.InferOutput<typeof User>;

const groupPatches = {
  profile: v.nullish(ProfilePatch),
  contact: v.nullish(ContactPatch),
  telephony: v.nullish(TelephonyPatch),
  notifications: v.nullish(NotificationsPatch),
  savedViews: v.nullish(SavedViewsPatch),
  preferences: v.nullish(PreferencesPatch),
  custom: v.nullish(CustomPatch),
  customAttributes: v.nullish(CustomAttributesPatch),
  provisioning: v.nullish(ProvisioningPatch),
  relations: v.nullish(RelationsPatch),
};

/** Roles as callers name them: keys of built-in ones, or ids. */
export const MAX_ROLES = 20;
export const Roles = v.pipe(v.array(RoleName), v.minLength(1), v.maxLength(MAX_ROLES));

/** What makes a new person. Absent and null mean the same. */
export const UserCreate = group({
  email: EmailAddress,
  username: v.nullish(Username),
  externalId: v.nullish(ExternalId),
  roles: v.nullish(Roles),
  divisionId: v.nullish(DivisionId),
  invite: v.nullish(v.boolean()),
  security: v.nullish(SecurityPatch),
  routing: v.nullish(RoutingPatch),
  presence: v.nullish(PresencePatch),
  ...groupPatches,
});
export type UserCreate = v.InferOutput<typeof UserCreate>;

/** A JSON merge patch (RFC 7396) of what may be written in a person's record. */
export const UserPatch = group({
  email: v.optional(EmailAddress),
  username: v.nullish(Username),
  externalId: v.nullish(ExternalId),
  divisionId: v.nullish(DivisionId),
  security: v.nullish(SecurityPatch),
  ...groupPatches,
});
export type UserPatch = v.InferOutput<typeof UserPatch>;

/** What people may change in their own record. The address has its own way, by proof. */
export const OwnPatch = group({
  profile: groupPatches.profile,
  contact: groupPatches.contact,
  notifications: groupPatches.notifications,
  savedViews: groupPatches.savedViews,
  preferences: groupPatches.preferences,
});
export type OwnPatch = v.InferOutput<typeof OwnPatch>;

/** The name to show: the stored one, else given and family name, else the address. */
export function displayNameOf(user: { profile?: Profile | undefined; email?: string | undefined }): string {
  const { displayName, givenName, familyName } = user.profile ?? {};
  return displayName ?? ([givenName, familyName].filter(Boolean).join(' ') || (user.email ?? ''));
}
