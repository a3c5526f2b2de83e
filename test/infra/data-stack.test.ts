// The table and the key rings: what they are and what survives, property by property.
import { describe, expect, test } from 'vitest';
import { only, type Resource, resources, synthesized } from './synthesized.ts';

const stages = ['dev', 'test', 'prod'] as const;
const table = (stage: (typeof stages)[number]): Resource => only(synthesized(stage).data, 'AWS::DynamoDB::GlobalTable');

describe('the table', () => {
  test('has string keys pk and sk', () => {
    expect(table('prod').Properties.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    const attributes = table('prod').Properties.AttributeDefinitions as {
      AttributeName: string;
      AttributeType: string;
    }[];
    expect(attributes.map((attribute) => attribute.AttributeName)).toEqual(['pk', 'sk', 'lp', 'sc', 'su', 'sn', 'se']);
    expect(attributes.every(({ AttributeType }) => AttributeType === 'S')).toBe(true);
  });

  test('has four indexes on one shared partition attribute, each with all attributes, and no local ones', () => {
    const index = (IndexName: string, range: string) => ({
      IndexName,
      KeySchema: [
        { AttributeName: 'lp', KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    expect(table('prod').Properties.GlobalSecondaryIndexes).toEqual([
      index('byCreated', 'sc'),
      index('byUpdated', 'su'),
      index('byName', 'sn'),
      index('byEmail', 'se'),
    ]);
    expect(table('prod').Properties.LocalSecondaryIndexes).toBeUndefined();
  });

  test('is paid per request, streams both images and expires items by ttl', () => {
    expect(table('prod').Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  test('has a name of its own, so that no deploy can replace it', () => {
    expect(stages.map((stage) => table(stage).Properties.TableName)).toEqual([
      'rollcall-dev',
      'rollcall-test',
      'rollcall-prod',
    ]);
  });

  test.each([
    { stage: 'dev', retained: 'Delete', guarded: false, restorable: false },
    { stage: 'test', retained: 'Delete', guarded: false, restorable: true },
    { stage: 'prod', retained: 'Retain', guarded: true, restorable: true },
  ] as const)('in $stage: on removal $retained, protected $guarded, restorable $restorable', (expected) => {
    const { DeletionPolicy, Properties } = table(expected.stage);
    expect(DeletionPolicy).toBe(expected.retained);
    expect(Properties.Replicas).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: expected.guarded,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: expected.restorable },
      }),
    ]);
  });
});

describe('the key rings', () => {
  test('are four secrets, each born as version 1 with 64 letters and digits', () => {
    const secrets = resources(synthesized('prod').data, 'AWS::SecretsManager::Secret');
    expect(secrets.map(([id]) => id.replace(/keys[0-9A-F]+$/, '')).sort()).toEqual([
      'clients',
      'cursors',
      'links',
      'signing',
    ]);
    for (const [, secret] of secrets) {
      expect(secret.Properties.GenerateSecretString).toEqual({
        SecretStringTemplate: '{}',
        GenerateStringKey: '1',
        PasswordLength: 64,
        ExcludePunctuation: true,
      });
    }
  });

  test('outlive their stack in prod only', () => {
    const policies = (stage: (typeof stages)[number]) =>
      new Set(resources(synthesized(stage).data, 'AWS::SecretsManager::Secret').map(([, it]) => it.DeletionPolicy));
    expect(stages.map((stage) => [...policies(stage)])).toEqual([['Delete'], ['Delete'], ['Retain']]);
  });
});

test('the data stack takes values from no other stack', () => {
  expect(JSON.stringify(synthesized('prod').data.toJSON())).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
});
