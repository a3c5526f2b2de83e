// The one way a change becomes true: all of its writes, its audit entry, and what an Idempotency-Key keeps, in one
// transaction or not at all.
import { hasCode } from '../model/problem.ts';
import { type AuditEvent, auditEntry, type NoEvent, noEvent } from '../store/audit-items.ts';
import type { Write } from '../store/table.ts';
import { type Context, newOpId } from './context.ts';

/**
 * Commits and returns the answer. Waits for the caller's standing first: a token whose epoch has passed changes
 * nothing. `event` cannot be left out (one for each org or person that a change concerns); the few exempt changes say so with a
 * `noEvent`.
 */
export async function commit<Answer>(
  ctx: Context,
  event: AuditEvent | AuditEvent[] | NoEvent,
  writes: Write[],
  answer: Answer,
): Promise<Answer> {
  if (ctx.principal) await ctx.standing();
  const opId = newOpId(ctx);
  const events = 'none' in event ? [] : [event].flat();
  const entries = events.map((entry, i) => auditEntry(entry, { ...ctx, opId: entryId(events, i, opId) }));
  const kept = ctx.keep ? [ctx.keep(answer)] : [];
  await ctx.table.commit([...writes, ...entries, ...kept], opId);
  return answer;
}

/** An entry is named by its moment and commit; of several of one org, each needs a name of its own. */
function entryId(events: readonly AuditEvent[], i: number, opId: string): string {
  const before = events.slice(0, i).filter(({ orgId }) => orgId === events[i]?.orgId).length;
  return before === 0 ? opId : `${opId}.${before}`;
}

/** The answer to a call that changes nothing: no commit, unless an Idempotency-Key wants the answer kept. */
export async function unchanged<Answer>(ctx: Context, answer: Answer): Promise<Answer> {
  return ctx.keep ? commit(ctx, noEvent('unchanged'), [], answer) : answer;
}

/** Tries a change again when others changed the same record meanwhile; three times, then the conflict stands. */
export async function reapply<T>(change: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change(attempt);
    } catch (error) {
      if (!hasCode(error, 'version-conflict') || attempt >= 3) throw error;
    }
  }
}
