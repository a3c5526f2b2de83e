// Asking for a person to be erased, and what can be seen of it. The work is a job: see erase-job.ts.
import type { Erasure } from '../../model/erasure.ts';
import type { JobId, UserId } from '../../model/ids.ts';
import { DEFAULT_ERASE_GRACE_SECONDS } from '../../model/org.ts';
import type { Page } from '../../model/page.ts';
import { fail } from '../../model/problem.ts';
import { LIVE } from '../../model/user.ts';
import { type ErasureRecord, moveErasure, newErasure, readErasureItem, toErasure } from '../../store/erasure-items.ts';
import { isEnded, type JobRecord, newJob, readJobItem, replaceJob } from '../../store/job-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import type { Write } from '../../store/table.ts';
import { readUserItem, replaceUser, type UserRecord } from '../../store/user-items.ts';
import { commit, reapply, unchanged } from '../commit.ts';
import { type Context, instant, orgOf, principalOf, secondsFrom } from '../context.ts';
import { planJob } from '../jobs/jobs.ts';
import { listPage, type PageInput } from '../lists.ts';
import { checkAboveNone, readWhole } from '../users.ts';

/**
 * Schedules the erase of a deleted person of the org; asked again, answers the one there is. Fails with
 * `state-not-allowed` for one who is not deleted, `role-above-own` for one who may more than the caller.
 */
export function askErase(ctx: Context, id: UserId): Promise<Erasure> {
  return reapply(async () => {
    const [standing, { record }] = await Promise.all([
      ctx.standing(),
      readWhole(ctx, id, [...LIVE, 'deleted', 'erased']),
    ]);
    if (record.state === 'erased')
      return record.erasureId ? askedAlready(ctx, record, record.erasureId) : fail('not-found');
    if (record.homeOrgId) fail('not-home-org');
    checkAboveNone(standing, record.roles);
    if (record.state !== 'deleted') fail({ code: 'state-not-allowed', from: record.state, to: 'erased' });
    if (record.erasureId) return askedAlready(ctx, record, record.erasureId);
    const grace = standing.org?.settings.eraseGraceSeconds ?? DEFAULT_ERASE_GRACE_SECONDS;
    return schedule(ctx, record, instant(secondsFrom(ctx.now, grace)));
  });
}

async function schedule(ctx: Context, record: UserRecord, dueAt: string): Promise<Erasure> {
  const { orgId, id: userId } = record;
  const by = principalOf(ctx);
  if (by.is === 'platform') fail('permission-missing');
  const { job, write } = await planJob(ctx, { kind: 'user-erase', options: { userId }, dueAt });
  const erasure: ErasureRecord = {
    id: job.id,
    orgId,
    userId,
    state: 'scheduled',
    requestedAt: instant(ctx.now),
    requestedBy: { is: by.is, id: by.id },
    dueAt,
  };
  const put = newErasure(erasure);
  const asked = { type: 'user-erase-asked', orgId, userId, subjectId: job.id } as const;
  const writes = [replaceUser({ ...record, erasureId: job.id }, record), put, write];
  const { orgId: _org, ...shown } = erasure;
  return commit(ctx, asked, writes, shown as Erasure);
}

/** Work that was given up, after hours of failures, or is not there any more, is taken up again: an erase is owed. */
async function askedAlready(ctx: Context, record: UserRecord, id: JobId): Promise<Erasure> {
  const [item, jobItem] = await ctx.table.getMany([keys.erasure(record.orgId, id), keys.job(record.orgId, id)]);
  const erasure = item ? toErasure(item) : fail('version-conflict');
  const job = jobItem && readJobItem(jobItem);
  const over = erasure.state === 'done' || erasure.state === 'cancelled';
  // Of somebody who is gone for good there is nothing more to ask.
  if (over && record.state === 'erased') fail('not-found');
  if (over || (job && !isEnded(job))) return unchanged(ctx, erasure);
  const now = instant(ctx.now);
  const dueAt = erasure.state === 'scheduled' && erasure.dueAt > now ? erasure.dueAt : now;
  const again = job ? resumed(job, dueAt) : await anew(ctx, record, id, dueAt);
  const asked = { type: 'user-erase-asked', orgId: record.orgId, userId: record.id, subjectId: id } as const;
  return commit(ctx, asked, [again], erasure);
}

function resumed(job: JobRecord, dueAt: string): Write {
  const { failure: _why, endedAt: _at, ...rest } = job;
  return replaceJob({ ...rest, state: 'waiting', attempts: 0, dueAt }, job);
}

async function anew(ctx: Context, { id: userId }: UserRecord, id: JobId, dueAt: string): Promise<Write> {
  const { job } = await planJob(ctx, { kind: 'user-erase', options: { userId }, dueAt });
  return newJob({ ...job, id });
}

/** What takes a scheduled erase back in the commit that restores the person. Fails once its work has begun. */
export async function cancelErase(ctx: Context, record: UserRecord): Promise<Write[]> {
  const { orgId, erasureId, erasing, stateBefore } = record;
  if (!erasureId) return [];
  if (erasing) fail({ code: 'state-not-allowed', from: 'erasing', to: stateBefore ?? 'staged' });
  const item = (await ctx.table.get(keys.erasure(orgId, erasureId))) ?? fail('version-conflict');
  const erasure = readErasureItem(item);
  const otherwise = { code: 'version-conflict' } as const;
  return [moveErasure(erasure, 'cancelled', { xa: instant(ctx.now) }), { drop: keys.job(orgId, erasureId), otherwise }];
}

/** Of a person of the org: the erasure that waits, runs, or was done. Fails with `not-found` where there is none. */
export async function getErasureOf(ctx: Context, id: UserId): Promise<Erasure> {
  const core = await ctx.table.get(keys.user(orgOf(ctx), id));
  const erasureId = core && readUserItem(core).erasureId;
  return erasureId ? getErasure(ctx, erasureId) : fail('not-found');
}

export async function getErasure(ctx: Context, id: JobId): Promise<Erasure> {
  const item = await ctx.table.get(keys.erasure(orgOf(ctx), id));
  return item ? toErasure(item) : fail('not-found');
}

/** Newest first. */
export function listErasures(ctx: Context, input: PageInput): Promise<Page<Erasure>> {
  const query = { pk: partitions.erasures(orgOf(ctx)), index: 'byCreated' as const, descending: true };
  return listPage(ctx, ['erasures', orgOf(ctx)], input, query, async (items) => items.map(toErasure));
}
