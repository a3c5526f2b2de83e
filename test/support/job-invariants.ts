// Rule 13 of a full scan: a job lies in the lane of its kind while there is something to do for it, and in none else; the
// blocks of rows that it keeps are those that it says.
import { isEnded, leavesRows, readJobItem } from '../../shared/store/job-items.ts';
import { keys } from '../../shared/store/keys.ts';
import type { Item } from '../../shared/store/table.ts';

export function brokenJobs(items: readonly Item[]): string[] {
  const broken: string[] = [];
  const blocks = Map.groupBy(
    items.filter(({ k }) => k === 'job-block'),
    ({ pk }) => pk,
  );
  for (const item of items.filter(({ k }) => k === 'job')) {
    const job = readJobItem(item);
    const say = (text: string) => void broken.push(`${job.id}, ${job.kind}, ${job.state}: ${text}`);
    const lane = ['unit-delete', 'user-erase'].includes(job.kind) ? 'DUE#background#' : 'DUE#job#';
    const due = !isEnded(job) || leavesRows(job);
    if (due ? !String(item.lp).startsWith(lane) || !item.su : item.lp !== undefined || item.su !== undefined)
      say(`lies in lane ${item.lp}`);
    const most = keys.jobBlock(job.orgId, job.id, job.blocks ?? 0);
    for (const { sk } of blocks.get(most.pk) ?? []) if (sk >= most.sk) say(`keeps ${sk}, and says ${job.blocks}`);
  }
  return broken;
}
