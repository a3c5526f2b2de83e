// What happened, under the names that the platform publishes events by. What it has no event for is told as an update of
// the person, the org or the team; who is concerned is named by id.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { type EventsInput, listEvents, listOwnEvents, listUserEvents } from '../../../shared/directory/events.ts';
import type { Event, ToldType } from '../../../shared/model/event.ts';
import { numberOf } from '../../../shared/model/ids.ts';
import type { Instant } from '../../../shared/model/text.ts';
import { isOwn, may } from './caller.ts';
import { refuse } from './errors.ts';
import { axway, checkOrg, findPerson } from './manner.ts';
import { instantIn, many, metadataOf, one, type Paging, pagingOf, success } from './query.ts';

/** Name and context there. */
const NAMES: Partial<Record<ToldType, [event: string, context: string]>> = {
  'signed-in': ['platform.session.create', 'auth'],
  'session-ended': ['platform.logout', 'auth'],
  'user-created': ['com.appcelerator.platform.org.user.create', 'org'],
  'user-invited': ['platform.activation.send', 'user'],
  'invite-resent': ['platform.org.user.resent', 'org'],
  'invite-accepted': ['platform.activation.complete', 'user'],
  'membership-accepted': ['com.appcelerator.platform.org.user.create', 'org'],
  'membership-ended': ['com.appcelerator.platform.org.user.remove', 'org'],
  'user-deleted': ['com.appcelerator.platform.org.user.remove', 'org'],
  'user-roles-changed': ['platform.org.user.role.update', 'org'],
  'password-changed': ['platform.user.password.change', 'user'],
  'password-reset-completed': ['platform.user.password.reset', 'user'],
  'terms-accepted': ['platform.terms.accept', 'user'],
  'org-created': ['platform.org.create', 'org'],
  'client-created': ['platform.client.create', 'org'],
  'client-updated': ['platform.client.update', 'org'],
  'client-rotated': ['platform.client.update', 'org'],
  'client-revoked': ['platform.client.remove', 'org'],
  'team-created': ['platform.team.create', 'team'],
  'team-updated': ['platform.team.update', 'team'],
  'team-deleted': ['platform.team.remove', 'team'],
  'team-member-added': ['platform.team.user.add', 'team'],
  'team-member-removed': ['platform.team.user.remove', 'team'],
};
const CONTEXTS = ['api_central', 'app', 'auth', 'catalog', 'org', 'team', 'user'];

const nameOf = ({ type, userId }: Event): [event: string, context: string] =>
  NAMES[type] ?? (userId ? ['platform.user.update', 'user'] : ['platform.org.update', 'org']);

function toActivity(ctx: Context, happened: Event, withData: boolean): Wire {
  const [event, context] = nameOf(happened);
  const { id, at, type, userId, subjectId, actor } = happened;
  const org = orgOf(ctx);
  const data = {
    org_guid: org,
    org_id: numberOf(org),
    ...(userId && { user_guid: userId }),
    ...(type.startsWith('client-') && { client_guid: subjectId, client_id: subjectId }),
    ...(type.startsWith('team-') && { team_guid: subjectId }),
    ...(actor.id && { [actor.is === 'person' ? 'action_user_guid' : 'action_client_guid']: actor.id }),
  };
  return { id, event, context, ts: Date.parse(at), ...(withData && { data }) };
}

/** Events that lie before a page at most, and calls that one page may take. */
const MOST_BEFORE = 2000;
const MOST_CALLS = 40;

type Lister = (input: EventsInput) => ReturnType<typeof listEvents>;

async function collect(lister: Lister, input: EventsInput, wanted: (event: Event) => boolean, paging: Paging) {
  const { limit = 0, offset } = paging;
  if (offset > MOST_BEFORE) refuse('PARAM_INVALID', 'page');
  const found: Event[] = [];
  let cursor: string | undefined;
  for (let calls = 0; calls < MOST_CALLS && found.length < offset + limit; calls++) {
    const page = await lister({ ...input, limit: 200, cursor });
    found.push(...page.items.filter(wanted));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  // A page that ended early would look like the last one.
  if (cursor !== undefined && found.length < offset + limit) refuse('PARAM_INVALID', 'from');
  return { events: found.slice(offset, offset + limit), seen: found.length };
}

/** Everything of the org to those who may look; to anyone what happened to themselves. */
async function listerOf(ctx: Context, guid: string | undefined): Promise<Lister> {
  if (guid !== undefined && isOwn(ctx, guid)) return (input) => listOwnEvents(ctx, input);
  if (!may(ctx, 'events:read')) refuse('FORBIDDEN');
  if (guid === undefined) return (input) => listEvents(ctx, input);
  const { id } = await findPerson(ctx, guid);
  return (input) => listUserEvents(ctx, id, input);
}

export const activityOperations = [
  axway('GET /api/v1/activity', {
    summary: 'List what happened',
    access: { permission: 'users:read' },
    async run(ctx, { query }) {
      checkOrg(ctx, one(query, 'org_id'));
      if (one(query, 'sort') === '1') refuse('PARAM_INVALID', 'sort');
      const [contexts, without] = [many(query, 'contexts'), many(query, 'exclude_contexts')];
      if ([...contexts, ...without].some((name) => !CONTEXTS.includes(name))) refuse('PARAM_INVALID', 'contexts');
      const term = one(query, 'term')?.toLowerCase();
      const wanted = (event: Event) => {
        const [name, context] = nameOf(event);
        return (
          (contexts.length === 0 || contexts.includes(context)) &&
          !without.includes(context) &&
          (term === undefined || name.includes(term))
        );
      };
      const [from, to] = [instantIn(query, 'from'), instantIn(query, 'to')] as (Instant | undefined)[];
      const paging = pagingOf(query, 100, 25);
      const lister = await listerOf(ctx, one(query, 'user_guid'));
      const { events, seen } = await collect(lister, { from, to }, wanted, paging);
      const withData = one(query, 'data') === 'true';
      const shown = events.map((event) => toActivity(ctx, event, withData));
      return success(query, shown, metadataOf(paging, shown.length, seen));
    },
  }),
];
