// The methods of the Identity domain: what each takes and answers, and what it does. JSON paths, `/rpc` and SOAP all
// call these values.
import { cancelValidation, getValidation, startValidation } from '../../../shared/directory/contacts.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { cancelReset, getReset, triggerReset } from '../../../shared/directory/reset-requests.ts';
import { type LinkId, type UserId, UUID_V7 } from '../../../shared/model/ids.ts';
import type { Permission } from '../../../shared/model/principal.ts';
import { fail } from '../../../shared/model/problem.ts';
import { needed, type Values } from './arguments.ts';
import { keyBy, keyOf } from './fields.ts';
import { changeOrg, checkOrg, listOwn, orgKey, showOrg } from './orgs.ts';
import type { Member } from './types.ts';
import { changeOne, createOne, deleteOne, find, keysOf, listAll, showOne } from './users.ts';

export interface Method {
  name: string;
  permission: Permission;
  args: readonly Member[];
  /** Type of what it answers; none where it answers nothing. */
  result?: Member;
  run(ctx: Context, args: Values): Promise<unknown>;
}

/** Of a request about a person: both ids, since neither is found without the other. */
const requestId = (userId: UserId, id: string): string => `${userId}.${id}`;

function readRequestId(given: unknown): { userId: UserId; id: LinkId } {
  const { id = '' } = given as { id?: string };
  const [userId = '', linkId = '', ...rest] = id.split('.');
  const known = UUID_V7.test(userId) && UUID_V7.test(linkId) && rest.length === 0;
  return known ? { userId: userId as UserId, id: linkId as LinkId } : fail('not-found');
}

/** Shown without its token, which only the letter carries. */
const url = (ctx: Context, page: string) => [{ name: 'url', value: `${ctx.baseUrl}${page}` }];

interface Started {
  id: string;
  createdAt: string;
  createdBy?: string | undefined;
  updatedAt: string;
  updatedBy?: string | undefined;
}

async function toRequest(ctx: Context, userId: UserId, started: Started, page: string) {
  const { id, createdAt, createdBy, updatedAt, updatedBy } = started;
  const user = await find(ctx, userId);
  const names = await keysOf(ctx, [createdBy, updatedBy], [user]);
  return {
    id: requestId(userId, id),
    user: { externalId: keyOf(user) },
    attributes: url(ctx, page),
    createdDate: createdAt,
    updatedDate: updatedAt,
    ...(createdBy && { createdBy: keyBy(createdBy, names) }),
    ...(updatedBy && { modifiedBy: keyBy(updatedBy, names) }),
  };
}

const toReset = async (ctx: Context, userId: UserId, started: Started) => ({
  ...(await toRequest(ctx, userId, started, '/reset-password')),
  owner: orgKey(orgOf(ctx)),
});

const toValidation = (ctx: Context, userId: UserId, started: Started) =>
  toRequest(ctx, userId, started, '/verify-email');

export const METHODS: readonly Method[] = [
  {
    name: 'createUser',
    permission: 'users:write',
    args: [
      ['user', 'User'],
      ['org', 'OrgKey'],
    ],
    result: ['result', 'User'],
    run: (ctx, args) => {
      checkOrg(ctx, args.org);
      return createOne(ctx, needed(args, 'user'));
    },
  },
  {
    name: 'changeUser',
    permission: 'users:write',
    args: [['user', 'User']],
    result: ['result', 'User'],
    run: (ctx, args) => changeOne(ctx, needed(args, 'user')),
  },
  {
    name: 'deleteUser',
    permission: 'users:delete',
    args: [['user', 'UserKey']],
    run: (ctx, args) => deleteOne(ctx, needed(args, 'user')),
  },
  {
    name: 'showUser',
    permission: 'users:read',
    args: [['user', 'UserKey']],
    result: ['result', 'User'],
    run: (ctx, args) => showOne(ctx, needed(args, 'user')),
  },
  {
    name: 'listUsers',
    permission: 'users:read',
    args: [
      ['org', 'OrgKey'],
      ['sample', 'User'],
    ],
    result: ['result', 'User', 'many'],
    run: (ctx, args) => {
      checkOrg(ctx, args.org);
      return listAll(ctx, (args.sample ?? {}) as Values);
    },
  },
  {
    name: 'createPasswordResetRequest',
    permission: 'users:set-password',
    args: [['passwordResetRequest', 'PasswordResetRequest']],
    result: ['result', 'PasswordResetRequest'],
    async run(ctx, args) {
      const { user, owner } = needed<Values>(args, 'passwordResetRequest');
      checkOrg(ctx, owner);
      const { id } = await find(ctx, needed({ user }, 'user'));
      return toReset(ctx, id, await triggerReset(ctx, id));
    },
  },
  {
    name: 'showPasswordResetRequest',
    permission: 'users:set-password',
    args: [['passwordResetRequest', 'RequestKey']],
    result: ['result', 'PasswordResetRequest'],
    async run(ctx, args) {
      const { userId, id } = readRequestId(needed(args, 'passwordResetRequest'));
      return toReset(ctx, userId, await getReset(ctx, userId, id));
    },
  },
  {
    name: 'deletePasswordResetRequest',
    permission: 'users:set-password',
    args: [['passwordResetRequest', 'RequestKey']],
    async run(ctx, args) {
      const { userId, id } = readRequestId(needed(args, 'passwordResetRequest'));
      await cancelReset(ctx, userId, id);
    },
  },
  {
    name: 'createContactPointValidation',
    permission: 'users:write',
    args: [['contactPointValidation', 'ContactPointValidation']],
    result: ['result', 'ContactPointValidation'],
    async run(ctx, args) {
      const { user } = needed<Values>(args, 'contactPointValidation');
      const { id, email = fail('not-found') } = await find(ctx, needed({ user }, 'user'));
      const started = await startValidation(ctx, id, email as never);
      return toValidation(ctx, id, await getValidation(ctx, started.id, id));
    },
  },
  {
    name: 'showContactPointValidation',
    permission: 'users:write',
    args: [['contactPointValidation', 'RequestKey']],
    result: ['result', 'ContactPointValidation'],
    async run(ctx, args) {
      const { userId, id } = readRequestId(needed(args, 'contactPointValidation'));
      return toValidation(ctx, userId, await getValidation(ctx, id, userId));
    },
  },
  {
    name: 'deleteContactPointValidation',
    permission: 'users:write',
    args: [['contactPointValidation', 'RequestKey']],
    async run(ctx, args) {
      const { userId, id } = readRequestId(needed(args, 'contactPointValidation'));
      await cancelValidation(ctx, id, userId);
    },
  },
  {
    name: 'showOrg',
    permission: 'orgs:read',
    args: [['org', 'OrgKey']],
    result: ['result', 'Org'],
    async run(ctx, args) {
      checkOrg(ctx, args.org);
      return showOrg(ctx);
    },
  },
  {
    name: 'changeOrg',
    permission: 'orgs:write',
    args: [['org', 'Org']],
    result: ['result', 'Org'],
    run: (ctx, args) => changeOrg(ctx, needed(args, 'org')),
  },
  {
    name: 'listOrgs',
    permission: 'orgs:read',
    args: [
      ['parent', 'OrgKey'],
      ['sample', 'Org'],
    ],
    result: ['result', 'Org', 'many'],
    run: (ctx, args) => listOwn(ctx, args.parent, (args.sample ?? {}) as Values),
  },
];

export function methodNamed(name: string): Method {
  return METHODS.find((method) => method.name === name) ?? fail('not-found');
}
