// How work reaches a user: status, skills, languages, queues. The directory keeps them and routes nothing by them.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { getWork, updateWork } from '../../../shared/directory/work.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { UserId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import type { Proficiency, Queue, Routing } from '../../../shared/model/user/routing.ts';
import type { User } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { isObject, userUri } from './fields.ts';
import { answer, genesys, idOf, listIn, nothing, objectIn, segment } from './manner.ts';
import { pageFrom, pageIn } from './paging.ts';

type Kind = 'skills' | 'languages';
const PATHS = { skills: 'routingskills', languages: 'routinglanguages' } as const;
const CATALOGUE = { skills: '/api/v2/routing/skills', languages: '/api/v2/routing/languages' } as const;
const URI = { skills: 'skillUri', languages: 'languageUri' } as const;
/** Elements of one bulk call. */
const MOST_AT_ONCE = 50;

type Routed = Pick<User, 'id' | 'routing'>;

function shown(id: string, kind: Kind, { id: skill, name, proficiency = 0, state = 'active' }: Proficiency): Wire {
  return {
    ...{ id: skill, name: name ?? skill, proficiency, state, [URI[kind]]: `${CATALOGUE[kind]}/${skill}` },
    selfUri: `${userUri(id)}/${PATHS[kind]}/${encodeURIComponent(skill)}`,
  };
}

export const proficiencyOf = ({ id, routing }: Routed, kind: Kind): Wire[] =>
  (routing?.[kind] ?? []).map((one) => shown(id, kind, one));

export function statusOf({ id, routing }: Routed): Wire {
  const { status = 'OFF_QUEUE', startedAt } = routing?.status ?? {};
  return { userId: id, status, ...(startedAt && { startTime: startedAt }) };
}

export const conversationsOf = ({ id, routing }: Routed): Wire => ({ userId: id, ...routing?.conversationSummary });

const routingOf = async (ctx: Context, id: UserId): Promise<Routed> => ({
  id,
  routing: await getWork(ctx, id, 'routing'),
});

function readOne(given: unknown): Proficiency {
  const { id, proficiency, state, name } = objectIn(given);
  if (typeof id !== 'string' || id === '') refuse('constraint.validation', 'id', 'is missing');
  return readLevel({ id, proficiency, state, name });
}

/** Judged by the record's own schema, but for what must be there. */
function readLevel({ id, proficiency, state, name }: Wire): Proficiency {
  if (typeof proficiency !== 'number') refuse('constraint.validation', 'proficiency', 'must be a number from 0 to 5');
  return { id, proficiency, ...(state ? { state } : {}), ...(name ? { name } : {}) } as Proficiency;
}

/** Those that are there stay in their order and take on what is new of them. */
function merged<T extends { id: string }>(before: readonly T[], given: readonly T[]): T[] {
  const kept = before.map((one) => ({ ...one, ...given.find(({ id }) => id === one.id) }));
  return [...kept, ...given.filter(({ id }) => !before.some((one) => one.id === id))];
}

/** The group after a change of one of its lists; two at once both count. */
async function change(
  ctx: Context,
  id: UserId,
  kind: Kind,
  next: (before: Proficiency[]) => Proficiency[],
): Promise<Routed> {
  return { id, routing: await updateWork(ctx, id, 'routing', (before) => ({ [kind]: next(before[kind] ?? []) })) };
}

function findIn(user: Routed, kind: Kind, skill: string): Wire {
  return proficiencyOf(user, kind).find(({ id }) => id === skill) ?? fail('not-found');
}

function listOperations(kind: Kind, one: string): Operation[] {
  const path = `/api/v2/users/{userId}/${PATHS[kind]}` as const;
  const change_ = kind === 'skills' ? 'PUT' : 'PATCH';
  const read = { access: { permission: 'users:read' } } as const;
  const write = { access: { permission: 'users:write' } } as const;
  const page = (user: Routed, query: URLSearchParams) =>
    pageFrom(proficiencyOf(user, kind), pageIn(query), `${userUri(user.id)}/${PATHS[kind]}`, query);
  const bulk = (verb: 'PUT' | 'PATCH') =>
    genesys(`${verb} ${path}/bulk`, {
      summary: verb === 'PUT' ? `Set all ${kind}` : `Add or change ${kind}`,
      ...write,
      takesBody: true,
      async run(ctx, { params, body, query }) {
        const given = merged([], distinct(listIn(body, MOST_AT_ONCE).map(readOne)));
        const next = (before: Proficiency[]) => (verb === 'PUT' ? given : merged(before, given));
        return answer(ctx, page(await change(ctx, idOf(params), kind, next), query));
      },
    });
  return [
    genesys(`GET ${path}`, {
      summary: `List ${kind} of a user`,
      ...read,
      run: async (ctx, { params, query }) => answer(ctx, page(await routingOf(ctx, idOf(params)), query)),
    }),
    genesys(`POST ${path}`, {
      summary: `Give a user one of ${kind}`,
      ...write,
      takesBody: true,
      async run(ctx, { params, body }) {
        const given = readOne(body);
        const user = await change(ctx, idOf(params), kind, (before) => {
          if (before.some(({ id }) => id === given.id)) refuse('general.conflict', 'id', 'is assigned already');
          return [...before, given];
        });
        return answer(ctx, findIn(user, kind, given.id));
      },
    }),
    ...(kind === 'skills' ? [bulk('PUT')] : []),
    bulk('PATCH'),
    genesys(`${change_} ${path}/{${one}}`, {
      summary: `Change one of ${kind}`,
      ...write,
      takesBody: true,
      async run(ctx, { params, body }) {
        const skill = segment(params[one]);
        const given = readLevel({ ...objectIn(body), id: skill });
        const user = await change(ctx, idOf(params), kind, (before) =>
          before.some(({ id }) => id === skill) ? merged(before, [given]) : fail('not-found'),
        );
        return answer(ctx, findIn(user, kind, skill));
      },
    }),
    genesys(`DELETE ${path}/{${one}}`, {
      summary: `Take one of ${kind} from a user`,
      ...write,
      async run(ctx, { params }) {
        const skill = segment(params[one]);
        await change(ctx, idOf(params), kind, (before) =>
          before.some(({ id }) => id === skill) ? before.filter(({ id }) => id !== skill) : fail('not-found'),
        );
        return kind === 'skills' ? answer(ctx, {}) : nothing(ctx);
      },
    }),
  ];
}

/** Of one named twice the later counts. */
const distinct = (all: readonly Proficiency[]): Proficiency[] => [...new Map(all.map((it) => [it.id, it])).values()];

const shownQueue = ({ id, name, joined = false }: Queue): Wire => ({
  ...{ id, name: name ?? id, joined, selfUri: `/api/v2/routing/queues/${encodeURIComponent(id)}` },
});

function readQueue(given: unknown): Queue {
  const { id, name, joined } = objectIn(given);
  if (typeof id !== 'string' || id === '') refuse('constraint.validation', 'id', 'is missing');
  if (typeof joined !== 'boolean') refuse('constraint.validation', 'joined', 'must be true or false');
  return { id, joined, ...(typeof name === 'string' && name !== '' ? { name } : {}) };
}

const setQueues = (ctx: Context, id: UserId, given: readonly Queue[]): Promise<Routing> =>
  updateWork(ctx, id, 'routing', ({ queues = [] }) => ({ queues: merged(queues, given) }));

const queues = '/api/v2/users/{userId}/queues';

const queueOperations: Operation[] = [
  genesys(`GET ${queues}`, {
    summary: 'Queues that a user works for',
    access: { permission: 'users:read' },
    async run(ctx, { params, query }) {
      const { id, routing } = await routingOf(ctx, idOf(params));
      const joined = (query.get('joined') ?? 'true') !== 'false';
      const all = (routing?.queues ?? []).filter((queue) => (queue.joined ?? false) === joined);
      return answer(ctx, pageFrom(all.map(shownQueue), pageIn(query), `${userUri(id)}/queues`, query));
    },
  }),
  genesys(`PATCH ${queues}`, {
    summary: 'Join or leave queues',
    access: { permission: 'users:write' },
    takesBody: true,
    async run(ctx, { params, body, query }) {
      const id = idOf(params);
      const given = listIn(body, MOST_AT_ONCE).map(readQueue);
      const after = await setQueues(ctx, id, merged([], given));
      const all = (after.queues ?? []).filter((queue) => given.some((one) => one.id === queue.id));
      return answer(ctx, pageFrom(all.map(shownQueue), pageIn(query), `${userUri(id)}/queues`, query));
    },
  }),
  genesys(`PATCH ${queues}/{queueId}`, {
    summary: 'Join or leave a queue',
    access: { permission: 'users:write' },
    takesBody: true,
    async run(ctx, { params, body }) {
      const given = readQueue({ ...objectIn(body), id: segment(params.queueId) });
      const after = await setQueues(ctx, idOf(params), [given]);
      return answer(ctx, shownQueue((after.queues ?? []).find(({ id }) => id === given.id) ?? given));
    },
  }),
];

const STATUSES = ['OFF_QUEUE', 'IDLE', 'INTERACTING', 'NOT_RESPONDING', 'COMMUNICATING'] as const;
const status = '/api/v2/users/{userId}/routingstatus';

const statusOperations: Operation[] = [
  genesys(`GET ${status}`, {
    summary: 'Routing status of a user',
    access: { permission: 'users:read' },
    run: async (ctx, { params }) => answer(ctx, statusOf(await routingOf(ctx, idOf(params)))),
  }),
  genesys(`PUT ${status}`, {
    summary: 'Set the routing status of a user',
    access: { permission: 'users:write' },
    takesBody: true,
    async run(ctx, { params, body }) {
      const wanted = STATUSES.find((one) => isObject(body) && one === body.status);
      if (!wanted) refuse('invalid.value', 'status', `must be one of ${STATUSES.join(', ')}`);
      const id = idOf(params);
      const startedAt = ctx.now.toISOString() as NonNullable<NonNullable<Routing['status']>['startedAt']>;
      const routing = await updateWork(ctx, id, 'routing', (before) =>
        before.status?.status === wanted ? {} : { status: { status: wanted, startedAt } },
      );
      return answer(ctx, statusOf({ id, routing }));
    },
  }),
];

export const routingOperations: readonly Operation[] = [
  ...listOperations('skills', 'skillId'),
  ...listOperations('languages', 'languageId'),
  ...queueOperations,
  ...statusOperations,
];
