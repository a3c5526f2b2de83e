// What `include` adds to a document: the things that people are related to, up to three levels, each once.
import type { Context } from '../../../shared/directory/context.ts';
import { knownUnits, knownUsers } from '../../../shared/directory/search/known.ts';
import { listRoles } from '../../../shared/directory/structure/roles.ts';
import type { ListField, User } from '../../../shared/model/user.ts';
import { refuse } from './query.ts';
import { type Known, type Relation, referencesOf, relations } from './relations.ts';
import {
  type Fields,
  type Resource,
  referenceResource,
  roleResource,
  type Shown,
  teamResource,
  userResource,
} from './resources.ts';
import { rows } from './rows.ts';

/** The groups of the record that a reader sees something of. */
export function groupsFor(fields: Fields): ListField[] {
  const only = fields.get('user');
  const shown = rows.filter(({ wire, access }) => access !== 'accepted' && (!only || only.has(wire)));
  const groups = new Set(shown.filter(({ path }) => BESIDE.test(path)).map(({ path }) => path.split('.')[0] ?? ''));
  const referred = relations.some(({ name, kind }) => kind === 'reference' && (!only || only.has(name)));
  return [...groups, ...(referred ? ['relations'] : [])] as ListField[];
}

/** Members that lie beside the core. */
const BESIDE = /^(profile\.duties|telephony|notifications|savedViews|provisioning|activity|preferences|custom)/;

/** The people whom these name as their maker. Read only where somebody looks at them. */
export function makersOf(ctx: Context, users: readonly User[], fields: Fields, include: string[][]): Promise<Known> {
  const only = fields.get('user');
  const named = (name: string) => !only || only.has(name) || include.some(([first]) => first === name);
  const ids = users.flatMap(({ createdBy, updatedBy }) => [
    ...(named('creator') && createdBy ? [createdBy] : []),
    ...(named('updater') && updatedBy ? [updatedBy] : []),
  ]);
  const whole = include.some(([first]) => first === 'creator' || first === 'updater');
  return knownUsers(ctx, ids, whole ? WHOLE : []);
}

const WHOLE: ListField[] = [
  'profile',
  'telephony',
  'notifications',
  'savedViews',
  'provisioning',
  'activity',
  'preferences',
  'custom',
  'relations',
];

/** Levels that one path of `include` may lead. */
const MOST_LEVELS = 3;

/** Fails with `input-invalid` for a path that leads nowhere, or too far. Only people are related to anything further. */
export function checkInclude(include: string[][]): void {
  for (const path of include) {
    const shown = path.join('.').slice(0, 100);
    if (path.length > MOST_LEVELS) refuse('include', `leads further than ${MOST_LEVELS} levels: ${shown}`);
    const found = path.map((name) => relations.find((one) => one.name === name));
    const leads = found.every((one, i) => one && (i === path.length - 1 || one.kind === 'user'));
    if (!leads) refuse('include', `leads nowhere: ${shown}`);
  }
}

interface Sink {
  ctx: Context;
  shown: Shown;
  /** By type and id, those that are the document's own among them. */
  there: Map<string, Resource | undefined>;
}

const keyOf = (type: string, id: number): string => `${type} ${id}`;

/** The resources that a document about these people includes. */
export async function includedIn(
  ctx: Context,
  users: readonly User[],
  include: string[][],
  shown: Shown,
): Promise<Resource[]> {
  const sink: Sink = { ctx, shown, there: new Map(users.map(({ number }) => [keyOf('user', number), undefined])) };
  await add(sink, users, include);
  return [...sink.there.values()].flatMap((one) => one ?? []);
}

async function add(sink: Sink, users: readonly User[], paths: string[][]): Promise<void> {
  for (const name of new Set(paths.map(([first]) => first))) {
    const found = relations.find((one) => one.name === name);
    const beyond = paths.filter(([first, second]) => first === name && second).map(([, ...rest]) => rest);
    if (found?.kind === 'user') await addMakers(sink, found, users, beyond);
    else if (found) await addThings(sink, found, users);
  }
}

async function addMakers(sink: Sink, { name }: Relation, users: readonly User[], beyond: string[][]): Promise<void> {
  const { ctx, shown } = sink;
  const ids = new Set(users.flatMap((user) => (name === 'creator' ? user.createdBy : user.updatedBy) ?? []));
  const makers = [...ids].flatMap((id) => shown.known.get(id) ?? []);
  // They are shown with their own makers, whom they name as everybody does.
  const known = await makersOf(ctx, makers, shown.fields, beyond);
  const all: Shown = { ...shown, known: new Map([...shown.known, ...known]) };
  for (const maker of makers) put(sink, userResource(ctx, maker, all));
  await add({ ...sink, shown: all }, makers, beyond);
}

function put({ there }: Sink, resource: Resource): void {
  const key = keyOf(resource.type, resource.id);
  if (!there.has(key)) there.set(key, resource);
}

async function addThings(sink: Sink, found: Relation, users: readonly User[]): Promise<void> {
  const { ctx, shown } = sink;
  const named = users.flatMap((user) => referencesOf(found, user, shown.known));
  if (found.kind === 'role') {
    const wanted = new Set(named.map(({ id }) => id));
    const { items } = await listRoles(ctx);
    for (const role of items.filter(({ number }) => wanted.has(number)))
      put(sink, roleResource(ctx, role, shown.fields));
  } else if (found.kind === 'team') {
    const teams = await knownUnits(
      ctx,
      'team',
      users.flatMap((user) => user.teams ?? []),
    );
    for (const team of teams) put(sink, teamResource(ctx, team, shown.fields));
  } else {
    for (const one of named) put(sink, referenceResource(ctx, one, shown.fields));
  }
}
