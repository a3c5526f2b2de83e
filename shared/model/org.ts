// An org: the tenant, and what its people may choose about how the directory treats them.
import * as v from 'valibot';
import { OrgId } from './ids.ts';
import { group } from './patch.ts';
import { Instant, Locale, personName, text } from './text.ts';
import { PreferenceName, SharedPreferences } from './user/preferences.ts';

const DAY = 86_400;

/** An origin a person may be sent on to: scheme, host and port, nothing else. Compared by equality, never by pattern. */
export const RedirectOrigin = v.pipe(
  v.string(),
  v.maxLength(255),
  v.check((value) => {
    if (!URL.canParse(value)) return false;
    const url = new URL(value);
    const local = url.protocol === 'http:' && (url.hostname === 'localhost' || url.hostname === '127.0.0.1');
    // A star is a host name to URL parsers: refused, lest anybody take it for a pattern.
    const plain = /^[a-z0-9.-]+$/.test(url.hostname);
    return plain && url.origin === value && (url.protocol === 'https:' || local);
  }, 'must be an https origin such as https://app.example.com'),
);

/** Stricter than the deployment's rule, never laxer: lengths below 15 are raised to it. Characters. */
export const PasswordPolicy = group({
  minLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(15), v.maxValue(64))),
});

/** A domain of the org, in A-labels: its invites and creates then take addresses of these only. Literal compare. */
const Domain = v.pipe(v.string(), v.maxLength(253), v.regex(/^([a-z0-9-]+\.)+[a-z0-9-]{2,}$/, 'must be a domain name'));

export const OrgSettings = group({
  /** How long an invite lives when it names no time of its own. Seconds, an hour to 30 days. */
  inviteLifetimeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3600), v.maxValue(30 * DAY))),
  redirectOrigins: v.optional(v.pipe(v.array(RedirectOrigin), v.maxLength(20))),
  /** Where the success pages lead when the link names no address. Must lie under one of the origins. */
  defaultRedirectUrl: v.optional(v.pipe(v.string(), v.url(), v.maxLength(2000))),
  passwordPolicy: v.optional(PasswordPolicy),
  defaultLocale: v.optional(Locale),
  /** Admins with `users:set-password` may set the passwords of others. Off unless it says true. */
  adminMaySetPasswords: v.optional(v.boolean()),
  allowedDomains: v.optional(v.pipe(v.array(Domain), v.maxLength(50))),
  /** What holds for people of the org who chose nothing else themselves. */
  preferences: v.optional(SharedPreferences),
  /** Preferences that people may not change, by their paths. */
  lockedPreferences: v.optional(v.pipe(v.array(PreferenceName), v.maxLength(50))),
  /** Set, accepting an invite demands `acceptTerms` and records this version. */
  termsVersion: v.optional(v.pipe(text(50), v.minLength(1))),
});
export type OrgSettings = v.InferOutput<typeof OrgSettings>;

/** Org names stand in letters, so they carry no address of the web. */
export const OrgName = v.pipe(personName(64), v.minLength(1));

export const Org = v.object({
  id: OrgId,
  number: v.pipe(v.number(), v.integer()),
  name: v.string(),
  settings: OrgSettings,
  version: v.pipe(v.number(), v.integer()),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Org = v.InferOutput<typeof Org>;

export const DEFAULT_INVITE_SECONDS = 7 * DAY;

/** Exact origin match against the org's list; anything a URL parser might read two ways is refused. */
export function redirectAllowed(settings: OrgSettings, target: string): boolean {
  if (target.length > 2000 || /[\\\s\p{Cc}]/u.test(target) || !URL.canParse(target)) return false;
  const url = new URL(target);
  // `https:host` and `https:/host` are the same to some readers and relative to others.
  if (!target.startsWith(`${url.protocol}//`)) return false;
  return url.username === '' && url.password === '' && (settings.redirectOrigins ?? []).includes(url.origin);
}

export function domainAllowed(settings: OrgSettings, domain: string): boolean {
  return !settings.allowedDomains?.length || settings.allowedDomains.includes(domain);
}
