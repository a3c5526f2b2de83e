// The work of an erasure: phase after phase, each a walk of bounded steps. A step that is done again finds done what was
// done; whatever goes is counted in the commit that removes it.
import type { Erasure } from '../../model/erasure.ts';
import type { UserId } from '../../model/ids.ts';
import { fail } from '../../model/problem.ts';
import { checksumOfFacts } from '../../security/checksum.ts';
import { noEvent } from '../../store/audit-items.ts';
import { moveErasure, readErasureItem, toErasure } from '../../store/erasure-items.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { keys } from '../../store/keys.ts';
import type { Item } from '../../store/table.ts';
import { replaceUser } from '../../store/user-items.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, secondsFrom } from '../context.ts';
import { actingFor, type Stepped } from '../jobs/jobs.ts';
import { project } from '../search/project.ts';
import { invitesOfHome, memberships, strayOffers } from './memberships.ts';
import { beside, knownAddress, places, reports, stone } from './traces.ts';
import { findErased, type Phase, type Work } from './work.ts';

/** Seconds until everything is looked at again, for what somebody wrote who had begun before. */
export const LOOK_AGAIN_SECONDS = 60;

const AGAIN = 'again';

const PHASES: readonly [name: string, run: Phase][] = [
  ['begin', begin],
  ['reports', reports],
  ['memberships', memberships],
  ['invites', invitesOfHome],
  ['places', places],
  ['beside', beside],
  ['address', knownAddress],
  ['stone', stone],
  [AGAIN, async () => undefined],
  ['late-reports', reports],
  ['late-offers', strayOffers],
  ['late-invites', invitesOfHome],
  ['late-beside', beside],
  ['receipt', receipt],
];

/** Parts of phases that one step does: each is a few calls of the table. */
const PARTS_AT_ONCE = 12;

/**
 * One step. It acts in the name of whoever asked, and goes on also when they may no longer: the ask was lawful when it was
 * made, the grace period was the time to take it back, and to erase is a duty towards the person.
 */
export async function eraseUserStep(worker: Context, job: JobRecord): Promise<Stepped> {
  const ctx: Context = { ...actingFor(worker, job), standing: async () => ({ permissions: [] }) };
  const item = await ctx.table.get(keys.erasure(job.orgId, job.id));
  const work: Work = { erasure: item ? readErasureItem(item) : fail('not-found'), userId: userOf(job) };
  if (work.erasure.state === 'cancelled' || work.erasure.state === 'done') return { job: { ...job, state: 'done' } };
  let position = job.position ?? 'begin';
  for (let part = 0; part < PARTS_AT_ONCE; part++) {
    const next = await carryOn(ctx, work, position);
    if (next === undefined) return { job: { ...job, state: 'done' } };
    position = next;
    if (next === AGAIN) {
      const dueAt = instant(secondsFrom(ctx.now, LOOK_AGAIN_SECONDS));
      return { job: { ...job, state: 'waiting', position, dueAt } };
    }
  }
  return { job: { ...job, position } };
}

/** A part of the phase at a position. Resolves to the position after it; to nothing when all is done. */
async function carryOn(ctx: Context, work: Work, position: string): Promise<string | undefined> {
  const [name, at] = position.split(' ');
  const n = PHASES.findIndex(([known]) => known === name);
  const [, run] = PHASES[n] ?? fail('not-found');
  const on = await reapply(() => run(ctx, work, at));
  return on === undefined ? PHASES[n + 1]?.[0] : `${name} ${on}`;
}

const userOf = (job: JobRecord) => job.options.userId as UserId;

/** From here on nobody restores the person. A home that moved meanwhile is another org's now: only what it left goes. */
async function begin(ctx: Context, { erasure, userId }: Work): Promise<undefined> {
  if (erasure.state === 'running') return;
  const core = await findErased(ctx, { erasure, userId });
  const marked = core ? [replaceUser({ ...core, erasing: true }, core)] : [];
  await commit(ctx, noEvent('erasing'), [moveErasure(erasure, 'running'), ...marked], undefined);
}

async function receipt(ctx: Context, { erasure, userId }: Work): Promise<undefined> {
  await project(ctx, [{ orgId: erasure.orgId, userId }]);
  const item: Item = (await ctx.table.get(keys.erasure(erasure.orgId, erasure.id))) ?? fail('not-found');
  const doneAt = instant(ctx.now);
  const sum = checksumOf({ ...toErasure(item), state: 'done', doneAt });
  await commit(
    ctx,
    noEvent('erasing'),
    [moveErasure({ ...erasure, state: 'running' }, 'done', { da: doneAt, sum })],
    undefined,
  );
}

/** Over everything that a receipt tells. */
export const checksumOf = ({ checksum: _sum, ...facts }: Erasure): string => checksumOfFacts(facts);
