// What has an address of its own beside the user: claimed skills, ids in other systems, being out of office.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { getUser, updateUser } from '../../../shared/directory/users.ts';
import { getWork, updateWork } from '../../../shared/directory/work.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import type { UserId } from '../../../shared/model/ids.ts';
import { fail, hasCode } from '../../../shared/model/problem.ts';
import { PresencePatch } from '../../../shared/model/user/presence.ts';
import type { VendorId } from '../../../shared/model/user/provisioning.ts';
import { UserPatch } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { expandIn, groupsFor, outOfOfficeOf, showUser } from './expand.ts';
import { userUri } from './fields.ts';
import { answer, genesys, idOf, listIn, nothing, objectIn, segment } from './manner.ts';

const read = { access: { permission: 'users:read' } } as const;
const write = { access: { permission: 'users:write' } } as const;

const shownId = (id: string, { authority, key }: VendorId): Wire => ({
  authorityName: authority,
  externalKey: key,
  selfUri: `${userUri(id)}/externalid/${encodeURIComponent(authority)}/${encodeURIComponent(key)}`,
});

async function externalIds(ctx: Context, id: UserId): Promise<{ all: VendorId[]; version: number }> {
  const { provisioning, version } = await getUser(ctx, id);
  return { all: provisioning?.externalIds ?? [], version };
}

/** Decided again where somebody else changed the user meanwhile. */
async function changeIds(
  ctx: Context,
  id: UserId,
  next: (all: readonly VendorId[]) => VendorId[],
): Promise<VendorId[]> {
  for (let attempt = 1; ; attempt++) {
    const { all, version } = await externalIds(ctx, id);
    const patch = parse(UserPatch, { provisioning: { externalIds: next(all) } });
    try {
      return (await updateUser(ctx, id, patch, version)).provisioning?.externalIds ?? [];
    } catch (error) {
      if (!hasCode(error, 'version-stale') || attempt >= 3) throw error;
    }
  }
}

const isSame = (one: VendorId, other: VendorId): boolean => one.authority === other.authority && one.key === other.key;

function readId(body: unknown): VendorId {
  const { authorityName: authority, externalKey: key } = objectIn(body);
  if (typeof authority !== 'string' || authority === '') refuse('constraint.validation', 'authorityName', 'is missing');
  if (typeof key !== 'string' || key === '') refuse('constraint.validation', 'externalKey', 'is missing');
  return { authority, key };
}

const ids = '/api/v2/users/{userId}/externalid';

const idOperations: Operation[] = [
  genesys(`GET ${ids}`, {
    summary: 'Ids of a user in other systems',
    ...read,
    async run(ctx, { params }) {
      const id = idOf(params);
      return answer(
        ctx,
        (await externalIds(ctx, id)).all.map((one) => shownId(id, one)),
      );
    },
  }),
  genesys(`POST ${ids}`, {
    summary: 'Give a user an id in another system',
    ...write,
    takesBody: true,
    async run(ctx, { params, body }) {
      const [id, given] = [idOf(params), readId(body)];
      let status = 201;
      const all = await changeIds(ctx, id, (before) => {
        status = before.some((one) => isSame(one, given)) ? 200 : 201;
        return status === 200 ? [...before] : [...before, given];
      });
      return answer(
        ctx,
        all.map((one) => shownId(id, one)),
        status,
      );
    },
  }),
  genesys(`GET ${ids}/{authorityName}`, {
    summary: 'The id of a user in another system',
    ...read,
    async run(ctx, { params }) {
      const [id, authority] = [idOf(params), segment(params.authorityName)];
      const found = (await externalIds(ctx, id)).all.find((one) => one.authority === authority);
      return answer(ctx, shownId(id, found ?? fail('not-found')));
    },
  }),
  genesys(`DELETE ${ids}/{authorityName}/{externalKey}`, {
    summary: 'Take an id of another system from a user',
    ...write,
    async run(ctx, { params }) {
      const gone = { authority: segment(params.authorityName), key: segment(params.externalKey) };
      await changeIds(ctx, idOf(params), (before) =>
        before.some((one) => isSame(one, gone)) ? before.filter((one) => !isSame(one, gone)) : fail('not-found'),
      );
      return nothing(ctx);
    },
  }),
  genesys('GET /api/v2/users/externalid/{authorityName}/{externalKey}', {
    summary: 'Find a user by an id in another system',
    ...read,
    async run(ctx, { params, query }) {
      const member = 'provisioning.externalIds';
      const is = (name: string, value: string) => ({ member: `${member}.${name}`, operator: 'eq', value }) as const;
      const where = {
        and: [is('authority', segment(params.authorityName)), is('key', segment(params.externalKey))],
      };
      const expand = expandIn(query);
      const fields = groupsFor(expand).join(',');
      const { items } = await listUsers(ctx, { filter: { member, where }, limit: 1, fields });
      return answer(ctx, await showUser(ctx, items[0] ?? fail('not-found'), expand));
    },
  }),
];

const skills = '/api/v2/users/{userId}/profileskills';

const skillOperations: Operation[] = [
  genesys(`GET ${skills}`, {
    summary: 'Skills in the profile of a user',
    ...read,
    run: async (ctx, { params }) => answer(ctx, (await getUser(ctx, idOf(params))).profile?.skills ?? []),
  }),
  genesys(`PUT ${skills}`, {
    summary: 'Set the skills in the profile of a user',
    ...write,
    takesBody: true,
    async run(ctx, { params, body }) {
      const patch = parse(UserPatch, { profile: { skills: listIn(body, 50) } });
      return answer(ctx, (await updateUser(ctx, idOf(params), patch)).profile?.skills ?? []);
    },
  }),
];

const away = '/api/v2/users/{userId}/outofoffice';

/** Dates that are not sent are taken back: the body is all there is to say. */
function readAway(body: unknown): PresencePatch {
  const { startDate = null, endDate = null, active = null, indefinite = null } = objectIn(body);
  const moment = (value: unknown) =>
    typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : value;
  const outOfOffice = { startsAt: moment(startDate), endsAt: moment(endDate), active, indefinite };
  return parse(PresencePatch, { outOfOffice });
}

const awayOperations: Operation[] = [
  genesys(`GET ${away}`, {
    summary: 'Whether a user is out of office',
    ...read,
    async run(ctx, { params }) {
      const id = idOf(params);
      return answer(ctx, outOfOfficeOf({ id, presence: await getWork(ctx, id, 'presence') }));
    },
  }),
  genesys(`PUT ${away}`, {
    summary: 'Say that a user is out of office',
    ...write,
    takesBody: true,
    async run(ctx, { params, body }) {
      const [id, patch] = [idOf(params), readAway(body)];
      return answer(ctx, outOfOfficeOf({ id, presence: await updateWork(ctx, id, 'presence', patch as never) }));
    },
  }),
];

export const besideOperations: readonly Operation[] = [...idOperations, ...skillOperations, ...awayOperations];
