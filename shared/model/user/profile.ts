// Who a person is to colleagues: names, work, manager, biography, employer, skills, places, time zones.
// How to reach the person is in contact.ts; skills that route work are in routing.ts.
import * as v from 'valibot';
import { UserId } from '../ids.ts';
import { dictionary, group, isHostileName, patchOf } from '../patch.ts';
import { CalendarDate, decimal, isSoundText, personName, TimeZone, text } from '../text.ts';

const line = v.optional(text(255));
const longText = v.optional(text(2000, { multiline: true }));
const entry = v.pipe(text(255), v.minLength(1));
const entries = v.optional(v.pipe(v.array(entry), v.maxLength(50)));

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Duties = Json[] | { [name: string]: Json };

// Depth first: neither this walk nor the measuring of the length may be driven into the ground by nesting.
function isSoundJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return isSoundText(value);
  if (typeof value === 'number') return value === 0 || (Math.abs(value) >= 1e-12 && Math.abs(value) <= 1e100);
  if (typeof value !== 'object' || depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isSoundJson(item, depth - 1));
  return Object.entries(value).every(
    // The table takes no empty name.
    ([name, item]) => name !== '' && !isHostileName(name) && isSoundText(name) && isSoundJson(item, depth - 1),
  );
}

const isDuties = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && isSoundJson(value, 5) && JSON.stringify(value).length <= 4000;

/**
 * A person's work roles, an array or object that is kept as it was sent: at most 5 levels and 4,000 characters of JSON.
 * Source: the Outreach seed, which says "object" and "collection" and no more.
 */
export const Duties = v.pipe(
  v.custom<Duties>(isDuties, 'must be an array or object of at most 5 levels and 4,000 characters'),
  v.metadata({ type: ['array', 'object'], description: 'Kept as sent; at most 5 levels and 4,000 characters of JSON' }),
);

/** Source: Genesys Cloud `Education`. */
export const Education = group({
  school: line,
  fieldOfStudy: line,
  /** At most 2,000 characters. */
  notes: longText,
  dateStart: v.optional(CalendarDate),
  dateEnd: v.optional(CalendarDate),
});
export type Education = v.InferOutput<typeof Education>;

/** What a person tells about themselves. Source: Genesys Cloud `Biography`. */
export const Biography = group({
  biography: longText,
  interests: entries,
  hobbies: entries,
  spouse: line,
  education: v.optional(v.pipe(v.array(Education), v.maxLength(50))),
});
export type Biography = v.InferOutput<typeof Biography>;

/** Source: Genesys Cloud `EmployerInfo`. */
export const Employer = group({
  officialName: line,
  employeeId: line,
  employeeType: line,
  dateHire: v.optional(CalendarDate),
});
export type Employer = v.InferOutput<typeof Employer>;

/** A picture elsewhere. Only http and https: other schemes can carry script into whatever shows it. */
export const Image = group({
  resolution: line,
  imageUri: v.pipe(
    v.string(),
    v.maxLength(2000),
    v.regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/[!-~]+$/, 'must be an http or https URL in ASCII'),
  ),
});
export type Image = v.InferOutput<typeof Image>;

/** A person's place at a site. Coordinates are points on its floor plan. Source: Genesys Cloud `Location`. */
export const Place = group({
  id: entry,
  name: line,
  floorplanId: line,
  coordinates: v.optional(dictionary(v.pipe(text(128), v.minLength(1)), decimal(-1e9, 1e9), 10)),
  notes: longText,
});
export type Place = v.InferOutput<typeof Place>;

/** Preferred zones, by IANA name. Source: the Outreach seed; the others know only the primary one. */
export const TimeZones = group({
  primary: v.optional(TimeZone),
  secondary: v.optional(TimeZone),
  tertiary: v.optional(TimeZone),
});
export type TimeZones = v.InferOutput<typeof TimeZones>;

export const Profile = group({
  /** May be empty, which one system makes of a missing name. */
  givenName: v.optional(personName(255)),
  familyName: v.optional(personName(255)),
  /** Absent: derived from the two parts. As long as both of them and a space, so that the derived one fits too. */
  displayName: v.optional(personName(511)),
  /** The full name to be called by, where it is another than the one to show. Source: Genesys Cloud `preferredName`. */
  preferredName: v.optional(personName(511)),
  title: line,
  department: line,
  /** The job role's name, such as `SDR`. */
  jobRole: line,
  duties: v.optional(Duties),
  managerId: v.optional(UserId),
  biography: v.optional(Biography),
  employer: v.optional(Employer),
  certifications: entries,
  skills: entries,
  images: v.optional(v.pipe(v.array(Image), v.maxLength(50))),
  locations: v.optional(v.pipe(v.array(Place), v.maxLength(50))),
  timeZones: v.optional(TimeZones),
});
export type Profile = v.InferOutput<typeof Profile>;

export const ProfilePatch = patchOf(Profile);
export type ProfilePatch = v.InferOutput<typeof ProfilePatch>;
