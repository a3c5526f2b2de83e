// One surface becomes one function with its own role and log group. What a role may do follows from the surface's
// declaration alone; anything beyond it (a stream, a queue) is passed in by the stack that adds it.
import { join } from 'node:path';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { KeyRing, Surface } from '../functions/surfaces/shape.ts';
import type { StageSettings } from './stages.ts';

export interface FunctionParts {
  stage: StageSettings;
  /** Folder with one folder per surface, each holding `index.js`. */
  assets: string;
  table: ITableV2;
  keyRings: Readonly<Record<KeyRing, ISecret>>;
  configurationSetName: string;
  /** Public address, in every link: no trailing slash. */
  baseUrl: string;
  /** What the mailing functions may send as: identity and configuration set. */
  mailArns?: readonly string[];
}

const READS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
// A transaction needs the actions of its items; there is no action for the transaction itself.
const WRITES = ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
/** Partitions of credentials, links and rows of jobs (S) and of sessions (V), in any org. */
const SECRETS = 'O#*#S#*';
const SESSIONS = 'O#*#V#*';

/** The function of a surface: its bundle, environment, role and log group. */
export function surfaceFunction(
  scope: Construct,
  surface: Surface,
  parts: FunctionParts,
  extraGrants: readonly PolicyStatement[] = [],
): LambdaFunction {
  const { stage } = parts;
  const logGroup = new LogGroup(scope, `${surface.name}-log`, {
    logGroupName: `/rollcall/${stage.name}/${surface.name}`,
    retention: stage.logRetentionDays,
    removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const statements = [...grantsOf(surface, parts), logGrant(logGroup), ...extraGrants];
  const role = new Role(scope, `${surface.name}-role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    // Inline: a policy of its own may arrive after the event source mapping that needs it.
    inlinePolicies: { grants: new PolicyDocument({ statements }) },
  });
  return new LambdaFunction(scope, surface.name, {
    functionName: `rollcall-${stage.name}-${surface.name}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(join(parts.assets, surface.name), { exclude: ['*.map'] }),
    memorySize: surface.memoryMb,
    timeout: Duration.seconds(surface.timeoutSeconds),
    reservedConcurrentExecutions: reservedFor(surface, stage),
    environment: environmentOf(surface, parts),
    role,
    logGroup,
  });
}

/** A queue for what a worker gave up on; kept as long as SQS allows. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
  return new Queue(scope, id, {
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
}

export const allow = (actions: readonly string[], resources: readonly string[], conditions?: Conditions) =>
  new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions && { conditions }) });
type Conditions = Record<string, Record<string, string | string[]>>;

function grantsOf(surface: Surface, { table, keyRings, mailArns, stage }: FunctionParts): PolicyStatement[] {
  const grants: PolicyStatement[] = [];
  if (surface.table !== 'none') {
    grants.push(
      allow(surface.table === 'write' ? [...READS, ...WRITES] : READS, [table.tableArn]),
      allow(['dynamodb:Query'], [`${table.tableArn}/index/*`]),
    );
  }
  if (surface.secretPartition !== true) {
    grants.push(denyPartitions(table, surface.secretPartition === 'sessions' ? [SECRETS] : [SECRETS, SESSIONS]));
  }
  if (surface.table === 'write' && !surface.keyRings.includes('signing')) grants.push(denyPublishingKeys(table));
  if (surface.keyRings.length > 0) {
    const arns = surface.keyRings.map((ring) => keyRings[ring].secretArn);
    grants.push(allow(['secretsmanager:GetSecretValue'], arns));
  }
  if (surface.kind !== 'http' && surface.sendsMail && mailArns) {
    const from = { StringEquals: { 'ses:FromAddress': stage.mail.from } };
    grants.push(allow(['ses:SendRawEmail'], mailArns, from));
  }
  return grants;
}

/**
 * ForAnyValue: one such key among those of a request is enough, as in a batch; a transaction is judged item by item.
 * A request without a partition key (Scan) carries no such value and would pass, but no role allows one.
 */
function denyPartitions(table: ITableV2, partitions: string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: ['dynamodb:*'],
    resources: [table.tableArn, `${table.tableArn}/index/*`],
    conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': partitions } },
  });
}

/** Every function trusts the public keys in this item: only one that signs may write it, or any could sign as anybody. */
function denyPublishingKeys(table: ITableV2): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: WRITES,
    resources: [table.tableArn],
    conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['JWKS'] } },
  });
}

const logGrant = (logGroup: ILogGroup) => allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);

function reservedFor(surface: Surface, stage: StageSettings): number | undefined {
  if (surface.kind === 'schedule') return surface.name === 'sweeper' ? stage.reserved?.sweeper : stage.reserved?.worker;
  return surface.kind === 'http' && surface.reservedConcurrency ? stage.reserved?.signIn : undefined;
}

const hostNames = (hosts: NonNullable<StageSettings['hosts']>): Record<string, string> =>
  Object.fromEntries(Object.entries(hosts).map(([mount, { name }]) => [mount, name]));

function environmentOf(surface: Surface, parts: FunctionParts): Record<string, string> {
  const { stage, keyRings } = parts;
  const rings = surface.keyRings.map((ring) => [`KEYS_${ring.toUpperCase()}_ARN`, keyRings[ring].secretArn] as const);
  return {
    STAGE: stage.name,
    LOG_LEVEL: stage.logLevel,
    ...(surface.table !== 'none' && { TABLE_NAME: parts.table.tableName }),
    MAIL_FROM: stage.mail.from,
    MAIL_CONFIGURATION_SET: parts.configurationSetName,
    MAIL_RATE_PER_SECOND: String(stage.mail.ratePerSecond),
    BASE_URL: parts.baseUrl,
    ...(stage.hosts && { DIALECT_HOSTS: JSON.stringify(hostNames(stage.hosts)) }),
    ...(stage.preferences && { PREFERENCES: JSON.stringify(stage.preferences) }),
    ...Object.fromEntries(rings),
  };
}
