// What a person prefers: language, the org to land in, defaults of the working screens, free name/value pairs.
// What the person is told of is in notifications.ts; time zones are in profile.ts.
import * as v from 'valibot';
import { OrgId } from '../ids.ts';
import { dictionary, group, patchOf } from '../patch.ts';
import { Locale, text, WholeNumber } from '../text.ts';

const flag = v.optional(v.boolean());

/** Switches of the browser companion. Source: the `oce…` attributes of the Outreach seed. */
export const Everywhere = group({
  clickToDial: flag,
  gmailToolbar: flag,
  gmailTrackingState: v.optional(text(255)),
  salesforceEmail: flag,
  salesforcePhone: flag,
  universalTaskFlow: flag,
  windowMode: flag,
});
export type Everywhere = v.InferOutput<typeof Everywhere>;

/**
 * Free pairs, at most 100: names of 1 to 128 characters, values of up to 2,000, several lines allowed. Names that every
 * object answers to are refused. Sources: `prefs` of the Axway seed, `preferences` of the Identity seed.
 */
export const PreferenceMap = dictionary(v.pipe(text(128), v.minLength(1)), text(2000, { multiline: true }), 100);
export type PreferenceMap = v.InferOutput<typeof PreferenceMap>;

export const Preferences = group({
  locale: v.optional(Locale),
  /** Which org a sign-in lands in; `default` means `defaultOrgId`. Source: the Axway seed. */
  loginOrg: v.optional(v.picklist(['last_logged', 'default', 'ask'])),
  defaultOrgId: v.optional(OrgId),
  taskFlowDefaultTab: v.optional(text(255)),
  /** An integer id of the system that keeps the rule sets. */
  defaultRulesetId: v.optional(WholeNumber),
  everywhere: v.optional(Everywhere),
  map: v.optional(PreferenceMap),
});
export type Preferences = v.InferOutput<typeof Preferences>;

/** Preferences as a deployment or an org gives them to everybody. The locale of an org is its `defaultLocale`. */
export const SharedPreferences = group({
  loginOrg: v.optional(v.picklist(['last_logged', 'default', 'ask'])),
  taskFlowDefaultTab: v.optional(text(255)),
  defaultRulesetId: v.optional(WholeNumber),
  everywhere: v.optional(Everywhere),
  map: v.optional(PreferenceMap),
});
export type SharedPreferences = v.InferOutput<typeof SharedPreferences>;

/** A preference by its path: `locale`, `everywhere.clickToDial`, `map.theme`. A pair's name may hold dots. */
export const PreferenceName = v.pipe(
  v.string(),
  v.maxLength(140),
  v.check((name) => {
    const [head = '', ...rest] = name.split('.');
    if (head === 'map') return rest.join('.').length > 0;
    if (head === 'everywhere') return rest.length === 1 && Object.hasOwn(Everywhere.entries, rest[0] ?? '');
    return rest.length === 0 && head !== 'everywhere' && Object.hasOwn(Preferences.entries, head);
  }, 'must name a preference'),
);

/** Every preference that is set, by its path. */
export function flatPreferences(preferences: Preferences | undefined): Map<string, string | number | boolean> {
  const flat = new Map<string, string | number | boolean>();
  for (const [name, value] of Object.entries(preferences ?? {})) {
    if (typeof value !== 'object') flat.set(name, value);
    else for (const [inner, one] of Object.entries(value)) flat.set(`${name}.${inner}`, one);
  }
  return flat;
}

/** One preference as it holds for a person, and who said so. */
export const Effective = v.object({
  value: v.union([v.string(), v.number(), v.boolean()]),
  from: v.picklist(['environment', 'org', 'team', 'user']),
  /** The org has fixed it: no team and no person changes it. */
  locked: v.optional(v.boolean()),
});
export type Effective = v.InferOutput<typeof Effective>;

export const PreferencesView = v.object({
  effective: v.record(v.string(), Effective),
  own: v.optional(Preferences),
  version: v.pipe(v.number(), v.integer()),
});
export type PreferencesView = v.InferOutput<typeof PreferencesView>;

export const PreferencesPatch = patchOf(Preferences);
export type PreferencesPatch = v.InferOutput<typeof PreferencesPatch>;
