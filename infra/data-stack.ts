// The table and the four key rings: all that must outlive a deploy. Depends on no other stack.
import { AttributeType, Billing, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { KeyRing } from '../functions/surfaces/shape.ts';
import type { StageSettings } from './stages.ts';

export class DataStack extends Stack {
  readonly table: TableV2;
  readonly keyRings: Readonly<Record<KeyRing, Secret>>;

  constructor(scope: Construct, id: string, stage: StageSettings, props?: StackProps) {
    super(scope, id, { ...props, terminationProtection: stage.deletionProtection });
    const removalPolicy = stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.table = new TableV2(this, 'Table', {
      // CloudFormation refuses to replace a resource that has a name of its own: no deploy can swap the table.
      tableName: `rollcall-${stage.name}`,
      partitionKey: text('pk'),
      sortKey: text('sk'),
      globalSecondaryIndexes: [
        { indexName: 'byCreated', partitionKey: text('lp'), sortKey: text('sc') },
        { indexName: 'byUpdated', partitionKey: text('lp'), sortKey: text('su') },
        { indexName: 'byName', partitionKey: text('lp'), sortKey: text('sn') },
        { indexName: 'byEmail', partitionKey: text('lp'), sortKey: text('se') },
      ],
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.pointInTimeRecovery },
      deletionProtection: stage.deletionProtection,
      removalPolicy,
    });

    this.keyRings = {
      signing: this.keyRing('signing', 'signs access tokens', removalPolicy),
      links: this.keyRing('links', 'derives the tokens and codes of letters', removalPolicy),
      clients: this.keyRing('clients', 'derives the secrets of machine clients', removalPolicy),
      cursors: this.keyRing('cursors', 'signs list cursors', removalPolicy),
    };

    new CfnOutput(this, 'TableName', { value: this.table.tableName });
  }

  private keyRing(ring: KeyRing, purpose: string, removalPolicy: RemovalPolicy): Secret {
    const secret = new Secret(this, `${ring}-keys`, {
      description: `Rollcall key ring "${ring}": ${purpose}. JSON of version and secret; the highest version makes.`,
      // Changing any of these three makes CloudFormation draw a new secret: every link and token made before is dead.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: '1',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy,
    });
    new CfnOutput(this, `KeyRing${ring[0]?.toUpperCase()}${ring.slice(1)}`, { value: secret.secretArn });
    return secret;
  }
}

const text = (name: string) => ({ name, type: AttributeType.STRING });
