// Work that outlives its request: asked for here, looked at here, done by the worker.
import * as v from 'valibot';
import { cancelJob, getJob, listJobs, listRows } from '../shared/directory/jobs/views.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { JobId } from '../shared/model/ids.ts';
import { Job, RowOutcome, RowResult } from '../shared/model/job.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';

const tag = 'Jobs';
const params = { id: JobId };
const reading = { tag, access: { permission: 'users:read' }, rate: 'read' } as const;

const list = endpoint('GET /v1/jobs', {
  ...reading,
  summary: 'List jobs',
  description:
    'Newest first; of the caller, or of the whole org for those who may change people. Kept 30 days after their end. A page may hold few and still name a next.',
  query: v.strictObject(pageQuery),
  answer: pageOf(Job),
  problems: ['cursor-invalid'],
  run: (ctx, { query }) => listJobs(ctx, query),
});

const get = endpoint('GET /v1/jobs/{id}', {
  ...reading,
  summary: 'Get a job',
  params,
  answer: Job,
  run: (ctx, { params }) => getJob(ctx, params.id),
});

const rows = endpoint('GET /v1/jobs/{id}/rows', {
  ...reading,
  summary: 'List what became of the rows of a job',
  description: 'In the order in which they were sent, as far as they are done; `outcome=failed` for those that failed.',
  params,
  query: v.strictObject({ ...pageQuery, outcome: v.optional(RowOutcome) }),
  answer: pageOf(RowResult),
  problems: ['cursor-invalid'],
  run: (ctx, { params, query }) => listRows(ctx, params.id, query),
});

const cancel = endpoint('POST /v1/jobs/{id}/cancel', {
  tag,
  summary: 'Stop a job',
  description: 'What it has done stays done.',
  access: { permission: 'users:read' },
  rate: 'write',
  params,
  answer: Job,
  problems: ['state-not-allowed'],
  run: (ctx, { params }) => cancelJob(ctx, params.id),
});

export const operations: readonly Operation[] = [list, get, rows, cancel];
