// Who did what: each operation that changes something leaves one entry of its own type for each org it concerns, and a
// refused one leaves none. Entries are only ever added.
import { beforeAll, describe, expect, test } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { EventType } from '../../shared/model/event.ts';
import type { Item } from '../../shared/store/table.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type TestService, testService } from '../support/service.ts';
import { canonical, send } from '../support/sweep.ts';
import { newWorld, type World } from '../support/world.ts';

const changing = (await allOperations()).filter(({ method }) => method !== 'GET');

const units = (kind: 'team' | 'group'): [string, EventType][] => [
  [`POST /v1/${kind}s`, `${kind}-created`],
  [`PATCH /v1/${kind}s/{id}`, `${kind}-updated`],
  [`DELETE /v1/${kind}s/{id}`, `${kind}-deleted`],
  [`PUT /v1/${kind}s/{id}/members/{userId}`, `${kind}-member-added`],
  [`DELETE /v1/${kind}s/{id}/members/{userId}`, `${kind}-member-removed`],
];
const things = (kind: 'division' | 'location' | 'role'): [string, EventType][] => [
  [`POST /v1/${kind}s`, `${kind}-created`],
  [`PATCH /v1/${kind}s/{id}`, `${kind}-updated`],
  [`DELETE /v1/${kind}s/{id}`, `${kind}-deleted`],
];

/** What each operation leaves. An operation that is not here, and not exempt below, fails. */
const LEAVES = new Map<string, EventType>([
  ['POST /v1/users', 'user-created'],
  ['PATCH /v1/users/{id}', 'user-updated'],
  ['DELETE /v1/users/{id}', 'user-deleted'],
  ['POST /v1/users/{id}/restore', 'user-restored'],
  ['POST /v1/users/{id}/erase', 'user-erase-asked'],
  ['POST /v1/users/{id}/activate', 'user-activated'],
  ['POST /v1/users/{id}/deactivate', 'user-deactivated'],
  ['POST /v1/users/{id}/lock', 'user-locked'],
  ['POST /v1/users/{id}/unlock', 'user-unlocked'],
  ['PUT /v1/users/{id}/roles', 'user-roles-changed'],
  ['PATCH /v1/me', 'user-updated'],
  ['PATCH /v1/users/{id}/preferences', 'user-updated'],
  ['PATCH /v1/me/preferences', 'user-updated'],
  ['PATCH /v1/users/{id}/routing', 'user-routing-changed'],
  ['PATCH /v1/users/{id}/presence', 'user-presence-changed'],
  ['PATCH /v1/me/presence', 'user-presence-changed'],
  ['POST /v1/me/terms', 'terms-accepted'],
  ['POST /v1/invites', 'user-invited'],
  ['POST /v1/invites/{id}/resend', 'invite-resent'],
  ['POST /v1/invites/{id}/extend', 'invite-extended'],
  ['DELETE /v1/invites/{id}', 'invite-revoked'],
  ['POST /v1/invites/accept', 'invite-accepted'],
  ['POST /accept-invite', 'invite-accepted'],
  ['POST /v1/users/{id}/password-reset', 'password-reset-asked'],
  ['POST /v1/password-resets/complete', 'password-reset-completed'],
  ['POST /reset-password', 'password-reset-completed'],
  ['POST /v1/me/password', 'password-changed'],
  ['POST /v1/contact-validations', 'contact-validation-started'],
  ['POST /v1/users/{id}/contact-validations', 'user-email-changed'],
  ['POST /v1/contact-validations/{id}/resend', 'contact-validation-resent'],
  ['POST /v1/users/{id}/contact-validations/{validationId}/resend', 'contact-validation-resent'],
  ['DELETE /v1/contact-validations/{id}', 'contact-validation-cancelled'],
  ['DELETE /v1/users/{id}/contact-validations/{validationId}', 'contact-validation-cancelled'],
  ['POST /v1/contact-validations/complete', 'contact-validated'],
  ['POST /verify-email', 'contact-validated'],
  ['DELETE /v1/sessions/current', 'session-ended'],
  ['DELETE /v1/sessions/{id}', 'session-ended'],
  ['DELETE /v1/sessions', 'sessions-ended'],
  ['POST /v1/orgs', 'org-created'],
  ['PATCH /v1/orgs/{id}', 'org-updated'],
  ['POST /v1/orgs/{id}/clients', 'client-created'],
  ['PATCH /v1/clients/{id}', 'client-updated'],
  ['POST /v1/clients/{id}/rotate', 'client-rotated'],
  ['DELETE /v1/clients/{id}', 'client-revoked'],
  ['POST /v1/imports', 'import-started'],
  ['POST /v1/invites/bulk', 'bulk-invite-started'],
  ['POST /v1/users/bulk', 'bulk-change-started'],
  ['POST /v1/jobs/{id}/cancel', 'job-cancelled'],
  ...units('team'),
  ...units('group'),
  ...things('division'),
  ...things('location'),
  ...things('role'),
]);

/** Exempt by name (`noEvent`): the entry comes later, or the item itself is the record. */
const EXEMPT = new Map([
  ['POST /v1/password-resets', 'the entry is written once the mailer knows the person'],
  ['POST /forgot-password', 'the entry is written once the mailer knows the person'],
  ['POST /v1/sessions', 'the session is its record'],
  ['POST /v1/sessions/refresh', 'the session is its record'],
  ['POST /oauth/token', 'nothing is changed'],
]);

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const entries = (items: Item[]) => items.filter(({ k }) => k === 'audit');
const keyOf = ({ pk, sk }: Item) => `${pk} ${sk}`;

describe('an operation that changes something', () => {
  test.each(changing.map((operation) => [operation.route, operation] as const))(
    'leaves its entry: %s',
    async (route, operation) => {
      const request = await (REQUESTS[route] as (w: World) => Promise<Request>)(world);
      const before = entries(await service.dump());
      const answer = await send(service, operation, request);
      expect(answer.status, answer.body).toBe(request.status);
      const after = entries(await service.dump());
      const known = new Set(before.map(keyOf));
      const left = after.filter((item) => !known.has(keyOf(item))).map(({ type }) => type);
      expect(left).toEqual(EXEMPT.has(route) ? [] : [LEAVES.get(route)]);
      // Whatever was there is there as it was.
      const now = new Map(after.map((item) => [keyOf(item), canonical(item)]));
      expect(before.filter((item) => now.get(keyOf(item)) !== canonical(item)).map(keyOf)).toEqual([]);
    },
  );

  test.each(
    changing.filter(({ access }) => access !== 'anyone' && access !== 'maybe').map((it) => [it.route, it] as const),
  )('leaves none when it is refused: %s', async (route, operation) => {
    const request = await (REQUESTS[route] as (w: World) => Promise<Request>)(world);
    const before = entries(await service.dump()).length;
    const answer = await send(service, operation, request, { token: 'x.y.z' });
    expect(answer.status).toBe(401);
    const reader = await send(service, operation, request, { token: world.reader });
    // A job of somebody else is unknown to whoever may not change people.
    expect(reader.status).toBe(route === 'POST /v1/jobs/{id}/cancel' ? 404 : 403);
    expect(entries(await service.dump())).toHaveLength(before);
  });
});
