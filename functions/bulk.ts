// What is asked for many at once and done by the worker.
import { startChange } from '../shared/directory/jobs/bulk-change.ts';
import { startInvites } from '../shared/directory/jobs/bulk-invite.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { BulkChange, BulkInvite } from '../shared/model/bulk.ts';
import { Job } from '../shared/model/job.ts';

const started = {
  answer: Job,
  status: 202,
  location: ({ id }: Job) => `/v1/jobs/${id}`,
};

const invites = endpoint('POST /v1/invites/bulk', {
  ...started,
  tag: 'Invites',
  summary: 'Invite many addresses',
  description: [
    'Up to 10,000 rows and 4 MB, done by a job: each as `POST /v1/invites` would, with the members of `defaults` that it',
    'does not say itself. A row fails by itself with the code that a single invite would have met; one that repeats the',
    'address of a row before it is skipped and names that row. Invites are counted when the job starts; rows beyond the',
    'daily number fail with `invite-limit`. A dry run judges every row by itself.',
  ].join(' '),
  access: { permission: 'users:invite' },
  rate: 'write',
  largestBody: 4 * 1024 * 1024,
  body: BulkInvite,
  run: (ctx, { body }) => startInvites(ctx, body),
});

const change = endpoint('POST /v1/users/bulk', {
  ...started,
  tag: 'Users',
  summary: 'Change all whom a filter finds',
  description: [
    'Done by a job of up to 100,000 rows, one a person: first it finds them, then it changes them by the rules of the single',
    'change. Needs its permission: `users:write`, for roles `roles:write`, for teams and groups `teams:write`. Whoever does',
    'not match any more when their turn comes is skipped (`not-matching`), and so is the caller where the change could end',
    'what they may do (`own-account`). A job that finds more people fails with `too-many-matches` and changes nobody. A dry',
    'run judges every row by itself.',
  ].join(' '),
  access: { permission: 'users:read' },
  rate: 'write',
  largestBody: 16 * 1024,
  body: BulkChange,
  problems: ['filter-invalid', 'role-unknown', 'role-above-own'],
  run: (ctx, { body }) => startChange(ctx, body),
});

export const operations: readonly Operation[] = [invites, change];
