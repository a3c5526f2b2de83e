// Which saved view each screen opens with. The views themselves live in the system that shows them.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { WholeNumber } from '../text.ts';

const viewId = v.optional(WholeNumber);

/** Integer ids, any that JSON carries exactly. Source: the Outreach seed, its ten `…ViewId` attributes. */
export const SavedViews = group({
  accounts: viewId,
  calls: viewId,
  kaiaRecordings: viewId,
  opportunities: viewId,
  prospects: viewId,
  reports: viewId,
  reportsTeamPerf: viewId,
  tasks: viewId,
  teams: viewId,
  users: viewId,
});
export type SavedViews = v.InferOutput<typeof SavedViews>;

export const SavedViewsPatch = patchOf(SavedViews);
export type SavedViewsPatch = v.InferOutput<typeof SavedViewsPatch>;
