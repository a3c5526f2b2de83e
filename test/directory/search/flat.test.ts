// What daily operations cost in an org of a thousand and in one of ten thousand: the same units.
import { expect, test } from 'vitest';
import { entryItem, tokensOf } from '../../../shared/store/search-items.ts';
import { userItem } from '../../../shared/store/user-items.ts';
import { newWriter, person } from '../../bench/people.ts';
import { weigh } from '../../bench/trips.ts';
import { type CallOptions, type TestService, testService } from '../../support/service.ts';

const SHAPE = { name: 'flat' };

async function grow(service: TestService, from: number, to: number): Promise<void> {
  const items = function* () {
    for (let n = from; n < to; n++) {
      const record = { ...person(service.seed.orgId, n, SHAPE), ...(n % 10 === 0 && { state: 'staged' as const }) };
      yield userItem(record);
      // Of the words one is enough: an entry more or less in a bucket changes nothing for the others.
      for (const token of tokensOf(record).filter(({ field, value }) => field !== 'word' || value.startsWith('okaf'))) {
        yield entryItem(record, token);
      }
    }
  };
  await newWriter(service.table).write(items());
}

let round = 0;

async function units(service: TestService): Promise<Record<string, string>> {
  const token = await service.tokenFor();
  const { id } = person(service.seed.orgId, 7, SHAPE);
  const filter = (text: string) => `/v1/users?limit=50&filter=${encodeURIComponent(text)}`;
  const start = (await service.call('GET', '/v1/users/delta', { token })).json.nextCursor;
  const calls: [string, string, string, CallOptions['body']?][] = [
    ['get', 'GET', `/v1/users/${id}`],
    ['create', 'POST', '/v1/users', { email: `flat-${round}@new.test`, profile: { givenName: 'Ngozi' } }],
    ['update', 'PATCH', `/v1/users/${id}`, { profile: { title: `Title ${round++}` } }],
    ['page of 50', 'GET', '/v1/users?limit=50'],
    ['page of 50 by name', 'GET', '/v1/users?limit=50&sort=familyName'],
    ['page of 50 by state', 'GET', filter('state eq "staged"')],
    ['page of 50 by department', 'GET', filter('profile.department eq "support, northern region"')],
    ['typeahead', 'GET', '/v1/users/typeahead?q=okaf'],
    ['count', 'GET', '/v1/users/count'],
    ['delta', 'GET', `/v1/users/delta?cursor=${start}`],
    ['events', 'GET', '/v1/events?limit=1'],
  ];
  const found: Record<string, string> = {};
  for (const [name, method, path, body] of calls) {
    let status = 0;
    const { reads, writes } = await weigh(service, async () => {
      status = (await service.call(method, path, { token, ...(body !== undefined && { body }) })).status;
    });
    expect(status, name).toBeLessThan(300);
    found[name] = `${reads} read, ${writes} written`;
  }
  return found;
}

test('is the same at a thousand people and at ten thousand', async () => {
  const service = await testService();
  await grow(service, 0, 1000);
  const small = await units(service);
  await grow(service, 1000, 10_000);
  expect(await units(service)).toEqual(small);
  expect(small.typeahead).toMatch(/^(0\.5|1) read, 0 written$/);
}, 120_000);
