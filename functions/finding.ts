// Finding people: lists, counts, typeahead, what changed, who reports to whom.
import * as v from 'valibot';
import { FILTER_MEMBERS, listUsers, SORTS } from '../shared/directory/user-lists.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { Limit, pageOf } from '../shared/model/page.ts';
import { fail } from '../shared/model/problem.ts';
import { LIST_FIELDS, type ListField, User } from '../shared/model/user.ts';

const tag = 'Users';

const list = endpoint('GET /v1/users', {
  tag,
  summary: 'List people',
  description: [
    'Items carry the core of the record; `fields` adds groups. In order of creation a walk meets everyone who exists',
    'throughout exactly once; in another order, everyone whose sort value does not change meanwhile. A filter on a',
    `claimed value (${FILTER_MEMBERS.slice(0, -1).join(', ')}) shows a write at once. A page with a filter on state`,
    'evaluates at most 1,000 people and may hold fewer items than asked for and still have a next page.',
  ].join(' '),
  access: { permission: 'users:read' },
  rate: 'read',
  query: v.strictObject({
    limit: v.optional(Limit),
    cursor: v.optional(v.pipe(v.string(), v.maxLength(1000))),
    sort: v.optional(v.picklist(SORTS)),
    filter: v.optional(v.pipe(v.string(), v.description('SCIM grammar: `member eq value`, joined by `and`.'))),
    fields: v.optional(
      v.pipe(
        v.string(),
        v.maxLength(200),
        v.description(`Groups to show whole, by commas: ${LIST_FIELDS.join(', ')}.`),
      ),
    ),
  }),
  answer: pageOf(User),
  problems: ['cursor-invalid', 'filter-invalid'],
  run: (ctx, { query: { fields, ...query } }) => listUsers(ctx, { ...query, fields: readFields(fields) }),
});

function readFields(fields: string | undefined): ListField[] {
  return (fields?.split(',') ?? []).map((name) => {
    const issues = [{ pointer: '/fields', message: `must be of ${LIST_FIELDS.join(', ')}` }];
    return LIST_FIELDS.find((field) => field === name) ?? fail({ code: 'input-invalid', issues });
  });
}

export const operations: readonly Operation[] = [list];
