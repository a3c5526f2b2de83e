// The operations of the scale table, each as requests that cost the same however often they are made.
import { signCursor } from '../../shared/security/signed-cursor.ts';
import type { CallOptions, TestService } from '../support/service.ts';
import { createdAt, person, RARE } from './people.ts';

export interface Operation {
  name: string;
  /** The most units it may read when its cost depends on how many match; absent: the same in an org of any size. */
  most?: number;
  /** The nth request of this operation. */
  request(n: number): [method: string, path: string, body?: CallOptions['body']];
}

/** Somebody behind every page that is measured. */
const CHANGED = 901;
/** As many events as the smallest org has: the page of them is the same one in every org. */
const FIRST_EVENTS = 999;

export function operations({ seed, services }: TestService): Operation[] {
  const { orgId } = seed;
  const { id, email } = person(orgId, CHANGED);
  const cursor = signCursor(services.directory.keys.cursors, ['delta', orgId], ['2026']);
  const get = (name: string, path: string, most?: number): Operation => ({
    name,
    ...(most && { most }),
    request: () => ['GET', `/v1/users${path}`],
  });
  const list = (name: string, filter: string, most?: number) =>
    get(name, `?limit=50&filter=${encodeURIComponent(filter)}`, most);
  const count = (name: string, filter: string, most?: number) =>
    get(name, `/count?filter=${encodeURIComponent(filter)}`, most);
  return [
    get('get', `/${id}`),
    get('get by e-mail', `/by-email/${email}`),
    {
      name: 'create',
      // Behind everybody else in every order.
      request: (n) => ['POST', '/v1/users', { email: `z${n}@people.test`, profile: { familyName: 'Zuse' } }],
    },
    { name: 'update', request: (n) => ['PATCH', `/v1/users/${id}`, { profile: { title: `Title ${n}` } }] },
    get('page of 50 by createdAt', '?limit=50'),
    get('page of 50 by updatedAt', '?limit=50&sort=updatedAt'),
    get('page of 50 by email', '?limit=50&sort=email'),
    get('page of 50 by familyName', '?limit=50&sort=familyName'),
    list('page of 50 by state', 'state eq "staged"'),
    list('page of 50 by department', 'profile.department eq "support"'),
    list('page of 50 by word, few share it', `profile.givenName sw "${RARE.name}"`),
    list('page of 50 by word, many share it', 'profile.givenName sw "amina"', 600),
    get('page of 50 reports', `/${person(orgId, 0).id}/reports?limit=50`),
    get('typeahead', '/typeahead?q=okaf'),
    get('count', '/count'),
    count('count by state', 'state eq "staged"'),
    count('count by department', 'profile.department eq "support"', 600),
    count('count by title', 'profile.title co "engineer"', 500),
    get('page of 50 changes', `/delta?limit=50&cursor=${cursor}`),
    { name: 'page of 50 events', request: () => ['GET', `/v1/events?limit=50&to=${createdAt(FIRST_EVENTS)}`] },
  ];
}
