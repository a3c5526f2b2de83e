// Whether and where a person is now: presence, out of office, geolocation. Has a version of its own and raises none of
// the record's. Where a person belongs is `locations` in profile.ts. Source of all shapes: the Genesys Cloud seed.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { decimal, Instant, text } from '../text.ts';

const line = v.optional(text(255));
const flag = v.optional(v.boolean());

export const CurrentPresence = group({
  id: line,
  name: line,
  source: line,
  sourceId: line,
  primary: flag,
  /** The org's own presence and the system's one it stands for, such as `Available` or `Away`. */
  definition: v.optional(group({ id: line, systemPresence: line })),
  message: v.optional(text(2000, { multiline: true })),
  modifiedAt: v.optional(Instant),
});
export type CurrentPresence = v.InferOutput<typeof CurrentPresence>;

export const OutOfOffice = group({
  active: flag,
  /** Without end: `endsAt` then says nothing. */
  indefinite: flag,
  startsAt: v.optional(Instant),
  endsAt: v.optional(Instant),
});
export type OutOfOffice = v.InferOutput<typeof OutOfOffice>;

/** Degrees, WGS 84. */
export const Geolocation = group({
  id: line,
  /** The kind of client that told it: ios, android, web. */
  type: line,
  primary: flag,
  latitude: v.optional(decimal(-90, 90)),
  longitude: v.optional(decimal(-180, 180)),
  country: line,
  region: line,
  city: line,
  locations: v.optional(v.pipe(v.array(group({ id: v.pipe(text(255), v.minLength(1)), name: line })), v.maxLength(50))),
});
export type Geolocation = v.InferOutput<typeof Geolocation>;

export const Presence = group({
  current: v.optional(CurrentPresence),
  outOfOffice: v.optional(OutOfOffice),
  geolocation: v.optional(Geolocation),
});
export type Presence = v.InferOutput<typeof Presence>;

export const PresencePatch = patchOf(Presence);
export type PresencePatch = v.InferOutput<typeof PresencePatch>;
