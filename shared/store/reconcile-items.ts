// How far the reconciler has come: in each org, and through the orgs.
import type { OrgId } from '../model/ids.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import type { Item } from './table.ts';

/** Living people lie in one partition of the index, deleted ones and stones in another. */
export const PARTS = ['live', 'gone'] as const;
export type Part = (typeof PARTS)[number];

export interface Reconciled {
  /** Everyone who changed up to this moment was looked at; with a position, up to there. */
  to: string;
  /** Where an unfinished walk goes on. */
  position?: string;
}

const RECONCILED: Names<Reconciled> = { to: 'to', position: 'pos' };

export const reconciledItem = (orgId: OrgId, part: Part, reconciled: Reconciled): Item => ({
  ...pack(reconciled, RECONCILED),
  ...keys.reconciled(orgId, part),
  k: 'reconciled',
});

export function readReconciled(items: readonly Item[], part: Part): Reconciled | undefined {
  const item = items.find(({ sk }) => sk === part);
  return item && unpack(item, RECONCILED);
}

export interface Round {
  /** Moment of the next run. */
  dueAt: string;
  /** When the round began that the next run goes on with; absent: it begins one. */
  began?: string;
  /** The org that the run begins with; absent: the first. */
  at?: string;
  /** Some org of this round was left unfinished. */
  unfinished?: boolean;
}

const ROUND: Names<Round> = { dueAt: 'due', began: 'began', at: 'at', unfinished: 'open' };

export const roundItem = (round: Round): Item => ({ ...pack(round, ROUND), ...keys.reconciler, k: 'round' });

export const readRound = (item: Item | undefined): Round | undefined => item && unpack(item, ROUND);
