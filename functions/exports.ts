// What the directory holds about one person, handed out. Reads only.
import { exportSelf, exportUser } from '../shared/directory/personal-data.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { UserId } from '../shared/model/ids.ts';
import { PersonalData } from '../shared/model/personal-data.ts';

const common = {
  rate: 'read',
  answer: PersonalData,
  problems: ['not-home-org'],
} as const;

const description = [
  'Record, memberships, places, invites, sessions, letters, events, in one answer of under 6 MB; no secret. Parts that grow',
  'with time hold the newest; `incomplete` names those that have more, and `nextEventsCursor` goes on with the events.',
].join(' ');

const ofUser = endpoint('GET /v1/users/{id}/export', {
  ...common,
  tag: 'Users',
  summary: 'Export all that is held about a person',
  description: `${description} Needs \`users:read\` as well. Deleted people are exported until they are erased.`,
  access: { permission: 'events:read' },
  params: { id: UserId },
  run: (ctx, { params }) => exportUser(ctx, params.id),
});

const own = endpoint('GET /v1/me/export', {
  ...common,
  tag: 'Me',
  summary: 'Export all that is held about oneself',
  description,
  access: 'person',
  run: (ctx) => exportSelf(ctx),
});

export const operations: readonly Operation[] = [ofUser, own];
