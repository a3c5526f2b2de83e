// Users as such: read by any of their three ids, found by a term, deleted, and what a signed-in person sets for themselves
// beside the profile. The profile is in passwords.ts, since it may set a password.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { acceptTerms } from '../../../shared/directory/terms.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { deleteUser } from '../../../shared/directory/user-states.ts';
import { getUserByEmail, updateSelf } from '../../../shared/directory/users.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { emptyReply } from '../../../shared/http/reply.ts';
import { canonicalAddress } from '../../../shared/model/email-address.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import { hasCode } from '../../../shared/model/problem.ts';
import { OwnPatch, type User } from '../../../shared/model/user.ts';
import { isOwn } from './caller.ts';
import { refuse } from './errors.ts';
import { toAxwayUser } from './fields.ts';
import { axway, findPerson } from './manner.ts';
import { bodyOf, needed, one, success } from './query.ts';
import { orgsOf } from './session-info.ts';

const reading = { access: { permission: 'users:read' } } as const;

/** Most that a search answers. */
const MOST_FOUND = 100;
const GROUPS = 'profile,preferences,provisioning,activity';

/** In the address or the names. */
export const byTerm = (term: string): Filter => ({
  or: ['email', 'profile.givenName', 'profile.familyName', 'profile.displayName'].map((member) => ({
    member,
    operator: 'co',
    value: term.slice(0, 200),
  })),
});

/** A whole address is looked up, anything else searched for. */
async function search(ctx: Context, term: string): Promise<User[]> {
  const address = canonicalAddress(term);
  if (!address) return (await listUsers(ctx, { filter: byTerm(term), limit: MOST_FOUND, fields: GROUPS })).items;
  try {
    return [await getUserByEmail(ctx, address)];
  } catch (error) {
    if (hasCode(error, 'not-found')) return [];
    throw error;
  }
}

const setPreference = (map: Wire) => parse(OwnPatch, { preferences: { map } });

export const peopleOperations = [
  axway('GET /api/v1/user', {
    ...reading,
    summary: 'Find users by a term',
    async run(ctx, { query }) {
      const term = one(query, 'term') ?? refuse('PARAM_REQUIRED', 'term');
      return success(query, (await search(ctx, term)).map(toAxwayUser));
    },
  }),
  axway('GET /api/v1/user/{id}', {
    ...reading,
    summary: 'Get a user',
    run: async (ctx, { params, query }) => success(query, toAxwayUser(await findPerson(ctx, params.id))),
  }),
  axway('DELETE /api/v1/user/{id}', {
    summary: 'Delete a user',
    access: { permission: 'users:delete' },
    async run(ctx, { params, query }) {
      const user = await findPerson(ctx, params.id);
      // Whoever removes themselves proves it by a code that nobody can have yet.
      if (isOwn(ctx, user.id)) refuse('AUTH_CODE_DISABLED');
      await deleteUser(ctx, user.id);
      return success(query, { guid: user.id });
    },
  }),
  axway('GET /api/v1/user/organizations', {
    access: 'person',
    summary: 'List the own orgs',
    async run(ctx, { query }) {
      // Somebody else's orgs are their home's to know.
      if (one(query, 'email') !== undefined) refuse('FORBIDDEN');
      const wanted = one(query, 'guid');
      const orgs = await orgsOf(ctx);
      return success(
        query,
        orgs.filter(({ guid }) => wanted === undefined || wanted === guid),
      );
    },
  }),
  axway('PUT /api/v1/user/pref', {
    access: 'person',
    summary: 'Set an own preference',
    takesBody: true,
    async run(ctx, { body }) {
      const given = bodyOf(body, ['pref', 'value']);
      const { value } = given;
      if (value === undefined) refuse('PARAM_REQUIRED', 'value');
      if (value !== null && typeof value !== 'string') refuse('PARAM_INVALID', 'value');
      await updateSelf(ctx, setPreference({ [needed(given, 'pref')]: value }));
      return emptyReply(204);
    },
  }),
  axway('PUT /api/v1/auth/terms', {
    access: 'person',
    summary: 'Accept the terms of the org',
    async run(ctx, { query }) {
      const { org } = await ctx.standing();
      const user = await acceptTerms(ctx, org?.settings.termsVersion ?? refuse('NOT_FOUND'));
      return success(query, { terms_updated: user.termsAcceptedAt });
    },
  }),
];
