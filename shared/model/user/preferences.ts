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

export const PreferencesPatch = patchOf(Preferences);
export type PreferencesPatch = v.InferOutput<typeof PreferencesPatch>;
