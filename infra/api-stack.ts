// The HTTP API with one function per surface, and the two workers that send letters: they write links, so they need
// the API's address, which exists only here. Depends on data and mail; nothing there depends on this stack.
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  DomainName,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping, type Function as LambdaFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HttpSurface, StreamFilter, StreamSurface, WorkerSurface } from '../functions/surfaces/shape.ts';
import { workerSurfaces } from '../functions/surfaces/workers.ts';
import { httpSurfaces, routesOf } from '../functions/surfaces.ts';
import type { DataStack } from './data-stack.ts';
import { allow, deadLetterQueue, type FunctionParts, surfaceFunction } from './function.ts';
import type { MailStack } from './mail-stack.ts';
import { givenBaseUrl, type StageSettings } from './stages.ts';

export interface ApiStackProps extends StackProps {
  stage: StageSettings;
  assets: string;
  data: DataStack;
  mail: MailStack;
}

/** Neither query nor path: the links of letters carry their token in one, `by-email` an address in the other. */
const ACCESS_LOG = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
};

/** Where an API writes a line for each request. */
export function accessLog(scope: Construct, id: string, stage: StageSettings, name: string) {
  // The prefix keeps log delivery out of the account's resource policy, which has a size limit.
  const log = new LogGroup(scope, id, {
    logGroupName: `/aws/vendedlogs/rollcall/${stage.name}/${name}`,
    retention: stage.logRetentionDays,
    removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  return {
    destination: new LogGroupLogDestination(log),
    format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
  };
}

export class ApiStack extends Stack {
  readonly api: HttpApi;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** What the workers of the stream gave up on, by their names. */
  readonly streamFailures: ReadonlyMap<string, Queue>;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { stage, assets, data, mail } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `rollcall-${stage.name}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: stage.domain !== undefined,
    });
    // The API is made before its functions and routes, so its own endpoint makes no circle.
    const baseUrl = givenBaseUrl(stage) ?? this.api.apiEndpoint;
    const parts: FunctionParts = {
      stage,
      assets,
      table: data.table,
      keyRings: data.keyRings,
      configurationSetName: mail.configurationSetName,
      mailArns: mail.sendArns,
      baseUrl,
    };
    const functions = new Map<string, LambdaFunction>();
    const routes = httpSurfaces.flatMap((surface) => {
      const target = surfaceFunction(this, surface, parts);
      functions.set(surface.name, target);
      return this.routes(surface, target);
    });
    this.stageWith(stage, routes);

    const failures = new Map<string, Queue>();
    for (const surface of workerSurfaces) {
      if (surface.kind === 'stream') {
        const queue = deadLetterQueue(this, `${surface.name}-failures`);
        failures.set(surface.name, queue);
        functions.set(surface.name, this.rung(surface, queue, parts));
      } else if (surface.kind === 'schedule') {
        functions.set(surface.name, this.scheduled(surface, parts));
      }
    }
    this.streamFailures = failures;
    this.functions = functions;
    new CfnOutput(this, 'BaseUrl', { value: baseUrl });
  }

  private routes(surface: HttpSurface, target: LambdaFunction): HttpRoute[] {
    const integration = new HttpLambdaIntegration(`${surface.name}-integration`, target, {
      scopePermissionToRoute: false,
    });
    return routesOf(surface).map((route) => {
      const [method, path] = route.split(' ') as [HttpMethod, string];
      return new HttpRoute(this, route, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, method),
        integration,
      });
    });
  }

  private stageWith(stage: StageSettings, routes: readonly HttpRoute[]): void {
    const apiStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
      accessLogSettings: accessLog(this, 'access-log', stage, 'access'),
      ...(stage.domain && { domainMapping: { domainName: this.domain(stage.domain) } }),
    });
    const limits = httpSurfaces.flatMap((surface) => surface.throttled ?? []);
    (apiStage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(
      limits.map(({ route, ratePerSecond, burst }) => [
        route,
        { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
      ]),
    );
    // Settings for a route that does not exist yet fail the deploy.
    apiStage.node.addDependency(...routes);
  }

  private domain({ name, certificateArn }: { name: string; certificateArn: string }): DomainName {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    const domain = new DomainName(this, 'Domain', { domainName: name, certificate });
    new CfnOutput(this, 'DomainTarget', { value: `${name} CNAME ${domain.regionalDomainName}` });
    return domain;
  }

  /** Rung by the table's stream. Finite tries, then a pointer in the queue: what it points at waits in the table. */
  private rung(surface: StreamSurface, { queueArn }: Queue, parts: FunctionParts): LambdaFunction {
    const streamArn = parts.table.tableStreamArn ?? '';
    const target = surfaceFunction(this, surface, parts, [
      allow(
        ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        [streamArn],
      ),
      allow(['sqs:SendMessage'], [queueArn]),
    ]);
    new EventSourceMapping(this, `${surface.name}-source`, {
      target,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: filtersOf(surface.reads),
      batchSize: surface.batchSize,
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 5,
      maxRecordAge: Duration.hours(12),
      onFailure: { bind: () => ({ destination: queueArn }) },
    });
    return target;
  }

  /** Each minute. A run that fails is not repeated: the next one, a minute later, does the same work. */
  private scheduled(surface: WorkerSurface, parts: FunctionParts): LambdaFunction {
    const target = surfaceFunction(this, surface, parts);
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    target.configureAsyncInvoke(once);
    new Rule(this, `${surface.name}-schedule`, {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(target, once)],
    });
    return target;
  }
}

/** A record whose item is gone shows only what it was. */
function filtersOf({ kinds, events }: StreamFilter): { pattern: string }[] {
  const of = (image: 'NewImage' | 'OldImage', eventName: string[]) =>
    eventName.length === 0
      ? []
      : [{ pattern: JSON.stringify({ eventName, dynamodb: { [image]: { k: { S: kinds } } } }) }];
  return [
    ...of(
      'NewImage',
      events.filter((event) => event !== 'REMOVE'),
    ),
    ...of(
      'OldImage',
      events.filter((event) => event === 'REMOVE'),
    ),
  ];
}
