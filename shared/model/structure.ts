// What an org is made of beside people: teams and groups that people are in, divisions they belong to, locations.
import * as v from 'valibot';
import { DivisionId, GroupId, LocationId, OrgId, TeamId } from './ids.ts';
import { group } from './patch.ts';
import { Instant, personName, TimeZone, tags, text } from './text.ts';
import { SharedPreferences } from './user/preferences.ts';

const name = v.pipe(personName(100), v.minLength(2));
const description = text(500);

/** A team or a group. Names are unique among their kind in the org, whatever their case and accents. */
export const UnitCreate = group({
  name,
  description: v.nullish(description),
  tags: v.nullish(tags()),
  preferences: v.nullish(SharedPreferences),
});
export type UnitCreate = v.InferOutput<typeof UnitCreate>;
export const UnitPatch = group({
  name: v.optional(name),
  description: v.nullish(description),
  tags: v.nullish(tags()),
  /** Taken whole. */
  preferences: v.nullish(SharedPreferences),
});
export type UnitPatch = v.InferOutput<typeof UnitPatch>;

const common = {
  number: v.pipe(v.number(), v.integer()),
  name: v.string(),
  description: v.optional(v.string()),
  version: v.pipe(v.number(), v.integer()),
  createdAt: Instant,
  updatedAt: Instant,
};

export const UnitView = v.object({
  id: v.union([TeamId, GroupId]),
  ...common,
  tags: v.optional(v.array(v.string())),
  preferences: v.optional(SharedPreferences),
});
export type UnitView = v.InferOutput<typeof UnitView>;

const line = text(255);

/** Where a place is, as far as anybody says. */
const whereabouts = {
  street: v.nullish(line),
  city: v.nullish(line),
  region: v.nullish(line),
  postalCode: v.nullish(line),
  country: v.nullish(text(2)),
  timeZone: v.nullish(TimeZone),
};
const WHEREABOUTS = ['street', 'city', 'region', 'postalCode', 'country', 'timeZone'] as const;

export const DivisionCreate = group({ name, description: v.nullish(description) });
export const DivisionPatch = group({ name: v.optional(name), description: v.nullish(description) });
export const LocationCreate = group({ name, description: v.nullish(description), ...whereabouts });
export const LocationPatch = group({ name: v.optional(name), description: v.nullish(description), ...whereabouts });
export type PlaceCreate = v.InferOutput<typeof LocationCreate>;
export type PlacePatch = v.InferOutput<typeof LocationPatch>;

export const PlaceView = v.object({
  id: v.union([DivisionId, LocationId]),
  ...common,
  ...(Object.fromEntries(WHEREABOUTS.map((member) => [member, v.optional(v.string())])) as Record<
    (typeof WHEREABOUTS)[number],
    v.OptionalSchema<v.StringSchema<undefined>, undefined>
  >),
});
export type PlaceView = v.InferOutput<typeof PlaceView>;

/** Teams and groups that one person may be in, in one org. */
export const MAX_UNITS = { team: 20, group: 40 } as const;

/** Divisions and locations that one org may have. */
export const MAX_PLACES = { division: 1000, location: 5000 } as const;

/**
 * - `live`: the person may sign in to the org.
 * - `offered`: an invite of the org waits to be accepted.
 * - `suspended`: waits for a new invite, since somebody else set the person's password or address.
 */
const MembershipState = v.picklist(['live', 'offered', 'suspended']);

/** That a person is in an org. What they are there is that org's own business. */
export const OrgMembership = v.object({
  orgId: OrgId,
  orgName: v.string(),
  home: v.boolean(),
  state: MembershipState,
});
export type OrgMembership = v.InferOutput<typeof OrgMembership>;
