// Every function, and what its role may do: exactly what its surface declares.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Surface } from '../../functions/surfaces/shape.ts';
import { surfaces } from '../../functions/surfaces.ts';
import { keys, partitions } from '../../shared/store/keys.ts';
import { actionsOf, functionOf, grantsOf, resources, resourcesOf, roleOf, synthesized } from './synthesized.ts';

const prod = synthesized('prod');
const allowed = (name: string) => grantsOf(prod, name).filter(({ Effect }) => Effect === 'Allow');
const environment = (name: string) =>
  (functionOf(prod, name).Properties.Environment as { Variables: Record<string, unknown> }).Variables;
const TABLE_ARN = /FnGetAttTable[0-9A-F]+Arn[0-9A-F]+"\}$/;
const READS = ['BatchGetItem', 'GetItem', 'Query'];
const WRITES = ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'];

test('there is one function per surface and no other', () => {
  const functions = [prod.data, prod.mail, prod.api, prod.watch].flatMap((template) =>
    resources(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.FunctionName),
  );
  expect(functions.sort()).toEqual(surfaces.map(({ name }) => `rollcall-prod-${name}`).sort());
});

test('no two functions share a role, and no role has a policy from elsewhere', () => {
  const roles = surfaces.map(({ name }) => roleOf(functionOf(prod, name)));
  expect(new Set(roles).size).toBe(surfaces.length);
  for (const template of [prod.mail, prod.api]) {
    expect(resources(template, 'AWS::IAM::Policy')).toEqual([]);
    for (const [, role] of resources(template, 'AWS::IAM::Role')) {
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    }
  }
});

describe.each(surfaces.map((surface) => [surface.name, surface] as const))(
  'the function %s',
  (name, surface: Surface) => {
    test('runs on ARM64 and Node 24 with the declared memory and time', () => {
      expect(functionOf(prod, name).Properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: surface.memoryMb,
        Timeout: surface.timeoutSeconds,
      });
    });

    test('logs to a group of its own with a retention', () => {
      const stack = surface.kind === 'mail-feedback' ? prod.mail : prod.api;
      const { LogGroup } = functionOf(prod, name).Properties.LoggingConfig as { LogGroup: { Ref: string } };
      const group = resources(stack, 'AWS::Logs::LogGroup').find(([id]) => id === LogGroup.Ref)?.[1];
      expect(group?.Properties).toMatchObject({ LogGroupName: `/rollcall/prod/${name}`, RetentionInDays: 365 });
      expect(allowed(name)).toContainEqual({
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [LogGroup.Ref, 'Arn'] },
      });
    });

    test('has no wildcard but that of the indexes of the one table', () => {
      expect(
        allowed(name)
          .flatMap(actionsOf)
          .filter((action) => action.includes('*')),
      ).toEqual([]);
      const wide = allowed(name)
        .flatMap(resourcesOf)
        .filter((resource) => resource.includes('*'));
      expect(wide.filter((resource) => !/Table[^"]+"\},"\/index\/\*"\]\]\}$/.test(resource))).toEqual([]);
    });

    test('may do to the table what it declares, and only query an index', () => {
      const onTable = allowed(name).filter((grant) => TABLE_ARN.test(JSON.stringify(grant.Resource)));
      const expected = { none: [], read: READS, write: [...READS, ...WRITES].sort() }[surface.table];
      expect(onTable.flatMap(actionsOf).sort()).toEqual(expected.map((action) => `dynamodb:${action}`));
      const onIndex = allowed(name).filter((grant) => JSON.stringify(grant.Resource).includes('/index/*'));
      expect(onIndex.flatMap(actionsOf)).toEqual(surface.table === 'none' ? [] : ['dynamodb:Query']);
    });

    test(`reaches of credentials, links and sessions what it declares: ${surface.secretPartition}`, () => {
      const denied = grantsOf(prod, name).filter(({ Effect, Action }) => Effect === 'Deny' && Action === 'dynamodb:*');
      if (surface.secretPartition === true) return expect(denied).toEqual([]);
      expect(denied).toHaveLength(1);
      const partitions = surface.secretPartition === 'sessions' ? ['O#*#S#*'] : ['O#*#S#*', 'O#*#V#*'];
      expect(denied[0]).toMatchObject({
        Action: 'dynamodb:*',
        Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': partitions } },
      });
      expect(denied.flatMap(resourcesOf)).toEqual([
        expect.stringMatching(TABLE_ARN),
        expect.stringMatching(/\/index\/\*/),
      ]);
    });

    test('publishes signing keys only if it signs', () => {
      const denied = grantsOf(prod, name).filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes('JWKS'));
      const trusted = surface.table !== 'write' || surface.keyRings.includes('signing');
      expect(denied.flatMap(actionsOf).sort()).toEqual(
        trusted ? [] : WRITES.map((action) => `dynamodb:${action}`).sort(),
      );
    });

    test('reads and is told of its own key rings alone', () => {
      const grants = allowed(name).filter((grant) => actionsOf(grant).includes('secretsmanager:GetSecretValue'));
      const rings = grants.flatMap(resourcesOf).map((resource) => /Ref(\w+?)keys/.exec(resource)?.[1]);
      expect(rings.sort()).toEqual([...surface.keyRings].sort());
      const told = Object.keys(environment(name)).filter((variable) => variable.startsWith('KEYS_'));
      expect(told.sort()).toEqual(surface.keyRings.map((ring) => `KEYS_${ring.toUpperCase()}_ARN`).sort());
    });

    test('sends mail only if declared, as the one address, through the configuration set', () => {
      const grants = allowed(name).filter((grant) => actionsOf(grant).some((action) => action.startsWith('ses:')));
      if (surface.kind === 'http' || !surface.sendsMail) return expect(grants).toEqual([]);
      expect(grants).toHaveLength(1);
      expect(grants[0]).toMatchObject({
        Action: 'ses:SendRawEmail',
        Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@rollcall.example' } },
      });
      expect(grants.flatMap(resourcesOf).sort()).toEqual([
        expect.stringContaining(':configuration-set/'),
        expect.stringContaining(':identity/'),
      ]);
    });

    test('is told stage, table and mail settings, and the address it writes links to', () => {
      expect(environment(name)).toMatchObject({
        STAGE: 'prod',
        LOG_LEVEL: 'info',
        MAIL_FROM: 'no-reply@rollcall.example',
        MAIL_RATE_PER_SECOND: '14',
        MAIL_CONFIGURATION_SET: expect.anything(),
        BASE_URL: expect.anything(),
      });
      expect('TABLE_NAME' in environment(name)).toBe(surface.table !== 'none');
      expect(environment(name)).not.toHaveProperty('NODE_OPTIONS');
    });
  },
);

test('what is denied are the keys of credentials, links and sessions, and no other', () => {
  const deny = grantsOf(prod, 'users').find(({ Effect }) => Effect === 'Deny');
  const patterns = deny?.Condition?.['ForAnyValue:StringLike']?.['dynamodb:LeadingKeys'] as string[];
  const denied = (pk: string) => patterns.some((it) => new RegExp(`^${it.replaceAll('*', '.*')}$`).test(pk));
  const [o, u] = ['01890000-0000-7000-8000-000000000000', '01890000-0000-7fff-bfff-ffffffffffff'];
  const secret = [
    keys.credential(o, u),
    keys.link(o, u, 'reset', u),
    keys.currentLink(o, u, 'reset'),
    keys.session(o, u, u),
    keys.jobBlock(o, u, 0),
    { pk: partitions.sessions(o, u) },
    { pk: partitions.secrets(o, u) },
  ];
  const open = [
    keys.org(o),
    keys.admins(o),
    keys.user(o, u),
    keys.invite(o, u),
    keys.client(o, u),
    keys.job(o, u),
    keys.jobRow(o, u, 1),
    keys.emailClaim('S#V#@rollcall.example'),
    keys.usernameClaim('O#o#S#u'),
    keys.externalIdClaim(o, 'S#1'),
    keys.letter('R#S#1'),
    keys.limiter('O#S#', 'V#', '1'),
    keys.idempotency('O#S#', '#V#'),
    keys.audit(o, '2026-11-22', '2026-11-22T00:00:00Z', 'op'),
    keys.jwks,
    { pk: partitions.users(o) },
    { pk: partitions.due('reset', 1) },
  ];
  expect(secret.filter(({ pk }) => !denied(pk))).toEqual([]);
  expect(open.filter(({ pk }) => denied(pk))).toEqual([]);
});

test('only sign-in and the scheduled workers have concurrency of their own, and none in dev', () => {
  const reserved = (stage: 'dev' | 'test' | 'prod') =>
    surfaces.flatMap(({ name }) => {
      const { ReservedConcurrentExecutions: n } = functionOf(synthesized(stage), name).Properties;
      return n === undefined ? [] : [`${name} ${n}`];
    });
  expect(reserved('dev')).toEqual([]);
  expect(reserved('test')).toEqual(['sessions 10', 'axway-sign-in 10', 'worker 1', 'reconciler 1', 'sweeper 1']);
  expect(reserved('prod')).toEqual(['sessions 50', 'axway-sign-in 50', 'worker 1', 'reconciler 1', 'sweeper 1']);
});

test('in the sandbox of SES letters may go to any verified identity, still from the one address', () => {
  const sending = grantsOf(synthesized('dev'), 'mailer').find((grant) => grant.Action === 'ses:SendRawEmail');
  expect(JSON.stringify(sending?.Resource)).toContain(':identity/*');
  expect(sending?.Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'no-reply@dev.rollcall.example' } });
});

test('source maps are not shipped', () => {
  const assets = readdirSync(prod.outdir).filter((entry) => entry.startsWith('asset.'));
  expect(assets).toHaveLength(surfaces.length);
  expect(new Set(assets.flatMap((asset) => readdirSync(join(prod.outdir, asset))))).toEqual(new Set(['index.js']));
});
