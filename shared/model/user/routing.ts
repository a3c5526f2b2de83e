// How work reaches a person: status, skills and languages with proficiency, tags, a count of running conversations.
// Has a version of its own and raises none of the record's. Skills a person merely claims are in profile.ts.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { decimal, Instant, text, WholeNumber } from '../text.ts';

/** A skill or a language; proficiency from 0 (none) to 5. Source: Genesys Cloud `UserRoutingSkill`. */
export const Proficiency = group({
  id: v.pipe(text(255), v.minLength(1)),
  name: v.optional(text(255)),
  proficiency: v.optional(decimal(0, 5)),
  state: v.optional(v.picklist(['active', 'inactive', 'deleted'])),
});
export type Proficiency = v.InferOutput<typeof Proficiency>;

/** A queue that the person works for; `joined`: takes work from it now. Source: Genesys Cloud `UserQueue`. */
export const Queue = group({
  id: v.pipe(text(255), v.minLength(1)),
  name: v.optional(text(255)),
  joined: v.optional(v.boolean()),
});
export type Queue = v.InferOutput<typeof Queue>;

const count = v.optional(group({ active: v.optional(WholeNumber), acw: v.optional(WholeNumber) }));

/** Conversations of one medium: in progress (`active`) and being wrapped up (`acw`). */
export const MediaSummary = group({ contactCenter: count, enterprise: count });
export type MediaSummary = v.InferOutput<typeof MediaSummary>;

const summary = v.optional(MediaSummary);
const proficiencies = v.optional(v.pipe(v.array(Proficiency), v.maxLength(50)));

// Systems that show tags show them joined by commas, so a comma inside one would not come back.
const Tag = v.pipe(
  text(255),
  v.minLength(1),
  v.check((tag) => !tag.includes(','), 'must not contain a comma'),
);

export const Routing = group({
  /** Calls are put through without ringing. */
  autoAnswer: v.optional(v.boolean()),
  status: v.optional(
    group({
      status: v.optional(v.picklist(['OFF_QUEUE', 'IDLE', 'INTERACTING', 'NOT_RESPONDING', 'COMMUNICATING'])),
      startedAt: v.optional(Instant),
    }),
  ),
  skills: proficiencies,
  languages: proficiencies,
  queues: v.optional(v.pipe(v.array(Queue), v.maxLength(50))),
  /** At most 50. Source: the Identity seed. */
  tags: v.optional(v.pipe(v.array(Tag), v.maxLength(50))),
  conversationSummary: v.optional(
    group({
      call: summary,
      callback: summary,
      chat: summary,
      email: summary,
      message: summary,
      socialExpression: summary,
      video: summary,
    }),
  ),
});
export type Routing = v.InferOutput<typeof Routing>;

export const RoutingPatch = patchOf(Routing);
export type RoutingPatch = v.InferOutput<typeof RoutingPatch>;
