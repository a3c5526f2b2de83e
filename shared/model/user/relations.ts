// References to things that other systems keep: mailboxes, phones, calendars. Each has a type and an integer id there; the
// directory keeps them as they are named. Teams, roles, creator and updater are the directory's own and not here.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { text } from '../text.ts';

const id = v.pipe(v.number(), v.safeInteger('must be an integer'), v.minValue(0));

/** One thing of a known type, by the id that its system gave it; `name` is what a list may show of it. */
const reference = <const Type extends string>(type: Type) =>
  group({ type: v.literal(type), id, name: v.optional(text(255)) });

const one = <const Type extends string>(type: Type) => v.optional(reference(type));

/** At most 100, none twice. */
const many = <const Type extends string>(type: Type) =>
  v.optional(
    v.pipe(
      v.array(reference(type)),
      v.maxLength(100),
      v.check((all) => new Set(all.map((it) => it.id)).size === all.length, 'must not name an id twice'),
    ),
  );

/** Names, types and which of them are lists: the Outreach seed. */
export const Relations = group({
  batches: many('batch'),
  calendar: one('calendar'),
  contentCategories: many('contentCategory'),
  contentCategoryOwnerships: many('contentCategoryOwnership'),
  favorites: many('favorite'),
  jobRole: one('jobRole'),
  mailbox: one('mailbox'),
  mailboxes: many('mailbox'),
  outboundVoicemails: many('outboundVoicemail'),
  phone: one('phone'),
  phones: many('phone'),
  profile: one('profile'),
  recipients: many('recipient'),
  roleAssignedTeams: many('team'),
  smsPhone: one('phone'),
  voicemailPrompts: many('voicemailPrompt'),
});
export type Relations = v.InferOutput<typeof Relations>;

export const RelationsPatch = patchOf(Relations);
export type RelationsPatch = v.InferOutput<typeof RelationsPatch>;
