// The Amplify Platform API. Sign-in, passwords and service accounts are surfaces of their own: axway/sign-in.ts,
// axway/passwords.ts, axway/service-accounts.ts.
import type { Operation } from '../../shared/http/endpoint.ts';
import { activityOperations } from './axway/activity.ts';
import { memberOperations } from './axway/members.ts';
import { orgOperations } from './axway/orgs.ts';
import { peopleOperations } from './axway/people.ts';
import { roleOperations } from './axway/roles.ts';
import { sessionOperations } from './axway/sessions.ts';
import { teamOperations } from './axway/teams.ts';
import { unavailableOperations } from './axway/unavailable.ts';

export const operations: readonly Operation[] = [
  ...peopleOperations,
  ...memberOperations,
  ...orgOperations,
  ...teamOperations,
  ...roleOperations,
  ...sessionOperations,
  ...activityOperations,
  ...unavailableOperations,
];
