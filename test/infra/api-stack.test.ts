// Routes, limits, logs and addresses of the API, and the two workers that live beside it.
import { describe, expect, test } from 'vitest';
import { httpSurfaces, routesOf } from '../../functions/surfaces.ts';
import { functionOf, grantsOf, only, type Resource, resources, synthesized } from './synthesized.ts';

const prod = synthesized('prod');
const stage = () => only(prod.api, 'AWS::ApiGatewayV2::Stage');
const idOf = (name: string) =>
  resources(prod.api, 'AWS::Lambda::Function').find(([, fn]) => fn === functionOf(prod, name))?.[0];

describe('the API', () => {
  test('has every route of every surface, each to its own function, and no other route', () => {
    const integrations = new Map(resources(prod.api, 'AWS::ApiGatewayV2::Integration'));
    const found = resources(prod.api, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
      const integration = JSON.stringify(Properties.Target).match(/"Ref":"(\w+)"/)?.[1] ?? '';
      return `${Properties.RouteKey} → ${JSON.stringify(integrations.get(integration)?.Properties.IntegrationUri)}`;
    });
    const declared = httpSurfaces.flatMap((surface) =>
      routesOf(surface).map((route) => `${route} → {"Fn::GetAtt":["${idOf(surface.name)}","Arn"]}`),
    );
    expect(found.sort()).toEqual(declared.sort());
  });

  test('hands over events of payload format 2.0', () => {
    for (const [, { Properties }] of resources(prod.api, 'AWS::ApiGatewayV2::Integration')) {
      expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
    }
  });

  test('answers no cross-origin browser', () => {
    expect(only(prod.api, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({ ProtocolType: 'HTTP' });
    expect(only(prod.api, 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toBeUndefined();
  });

  test('throttles by default, and the declared routes by their own limits', () => {
    expect(stage().Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 });
    const declared = httpSurfaces.flatMap(({ throttled = [] }) =>
      throttled.map((limit) => [
        limit.route,
        { ThrottlingRateLimit: limit.ratePerSecond, ThrottlingBurstLimit: limit.burst },
      ]),
    );
    expect(stage().Properties.RouteSettings).toEqual(Object.fromEntries(declared));
  });

  test('makes its routes before the stage that throttles them', () => {
    const routes = resources(prod.api, 'AWS::ApiGatewayV2::Route').map(([id]) => id);
    expect(stage().DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('logs each request as one JSON object without query and path, where links carry tokens and look-ups addresses', () => {
    const { Format } = stage().Properties.AccessLogSettings as { Format: string };
    const fields = JSON.parse(Format) as Record<string, string>;
    expect(Object.values(fields)).toEqual(expect.arrayContaining(['$context.routeKey', '$context.status']));
    expect(Format).not.toMatch(/query|path|requestOverride|\$context\.request\b|authorizer|header/i);
    const group = resources(prod.api, 'AWS::Logs::LogGroup').find(([id]) => id.startsWith('accesslog'));
    expect(group?.[1].Properties).toMatchObject({ RetentionInDays: 365 });
    expect(JSON.stringify(stage().Properties.AccessLogSettings)).toContain(group?.[0]);
  });

  test('keeps its logs after the stack in prod only', () => {
    const kept = (name: 'dev' | 'prod') =>
      new Set(resources(synthesized(name).api, 'AWS::Logs::LogGroup').map(([, group]) => group.DeletionPolicy));
    expect([...kept('dev')]).toEqual(['Delete']);
    expect([...kept('prod')]).toEqual(['Retain']);
  });
});

describe('the base URL', () => {
  const baseUrl = (fn: Resource) =>
    (fn.Properties.Environment as { Variables: { BASE_URL: unknown } }).Variables.BASE_URL;

  test("is the API's own endpoint when the stage names none", () => {
    const api = resources(prod.api, 'AWS::ApiGatewayV2::Api')[0]?.[0];
    expect(baseUrl(functionOf(prod, 'mailer'))).toEqual({ 'Fn::GetAtt': [api, 'ApiEndpoint'] });
  });

  test('is the domain of the stage, and then the own endpoint is closed', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';
    const stacks = synthesized('prod', { domain: { name: 'id.rollcall.example', certificateArn } });
    expect(baseUrl(functionOf(stacks, 'mailer'))).toBe('https://id.rollcall.example');
    expect(only(stacks.api, 'AWS::ApiGatewayV2::Api').Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(only(stacks.api, 'AWS::ApiGatewayV2::DomainName').Properties).toMatchObject({
      DomainName: 'id.rollcall.example',
      DomainNameConfigurations: [expect.objectContaining({ CertificateArn: certificateArn })],
    });
    expect(resources(stacks.api, 'AWS::ApiGatewayV2::ApiMapping')).toHaveLength(1);
  });

  test('may be set for an API behind something else', () => {
    const stacks = synthesized('dev', { baseUrl: 'https://people.rollcall.example' });
    expect(baseUrl(functionOf(stacks, 'pages'))).toBe('https://people.rollcall.example');
  });
});

/** The event source of one worker of the stream. */
const mappingOf = (name: string) =>
  resources(prod.api, 'AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => Properties)
    .find(({ FunctionName }) => JSON.stringify(FunctionName) === JSON.stringify({ Ref: idOf(name) })) ?? {};
const patternsOf = (name: string) => {
  const { Filters } = mappingOf(name).FilterCriteria as { Filters: { Pattern: string }[] };
  return Filters.map(({ Pattern }) => JSON.parse(Pattern));
};

describe.each(['mailer', 'projector'])('the %s', (name) => {
  const mapping = () => mappingOf(name);
  const queue = () => resources(prod.api, 'AWS::SQS::Queue').find(([id]) => id.startsWith(`${name}failures`));
  const queueArn = () => ({ 'Fn::GetAtt': [queue()?.[0], 'Arn'] });

  test.each([
    ['reads the stream of the table', 'EventSourceArn', { 'Fn::ImportValue': expect.stringMatching(/StreamArn/) }],
    ['starts with what the stream still holds', 'StartingPosition', 'TRIM_HORIZON'],
    ['takes many records at a time', 'BatchSize', name === 'mailer' ? 10 : 100],
    ['keeps the order within a shard', 'ParallelizationFactor', 1],
    ['names the records that failed', 'FunctionResponseTypes', ['ReportBatchItemFailures']],
    ['halves a batch that fails', 'BisectBatchOnFunctionError', true],
    ['tries six times', 'MaximumRetryAttempts', 5],
    ['gives up after twelve hours, before the stream forgets', 'MaximumRecordAgeInSeconds', 43_200],
  ])('%s', (_, property, expected) => {
    expect(mapping()[property]).toEqual(expected);
  });

  test('leaves what it gave up on in a queue for 14 days', () => {
    expect(mapping().DestinationConfig).toEqual({ OnFailure: { Destination: queueArn() } });
    expect(queue()?.[1].Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600 });
  });

  test('may read this stream and write that queue', () => {
    expect(grantsOf(prod, name)).toEqual(
      expect.arrayContaining([
        {
          Effect: 'Allow',
          Action: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((it) => `dynamodb:${it}`),
          Resource: mapping().EventSourceArn,
        },
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn() },
      ]),
    );
  });
});

test('the stream rings for new letters, and for whatever happens to people', () => {
  expect(patternsOf('mailer')).toEqual([{ eventName: ['INSERT'], dynamodb: { NewImage: { k: { S: ['letter'] } } } }]);
  expect(patternsOf('projector')).toEqual([
    { eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { k: { S: ['user', 'guest'] } } } },
    { eventName: ['REMOVE'], dynamodb: { OldImage: { k: { S: ['user', 'guest'] } } } },
  ]);
  // A stream serves two readers at full speed.
  expect(resources(prod.api, 'AWS::Lambda::EventSourceMapping')).toHaveLength(2);
});

test.each(['sweeper', 'worker', 'reconciler'])(
  'the %s runs each minute, and a run that fails or comes late is not repeated',
  (name) => {
    const rules = resources(prod.api, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
    const arn = { 'Fn::GetAtt': [idOf(name), 'Arn'] };
    const own = rules.filter(({ Targets }) => JSON.stringify(Targets).includes(JSON.stringify(arn)));
    expect(own).toEqual([expect.objectContaining({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' })]);
    expect(own[0]?.Targets).toEqual([
      expect.objectContaining({ Arn: arn, RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } }),
    ]);
    const configs = resources(prod.api, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
    expect(configs).toContainEqual(
      expect.objectContaining({
        FunctionName: { Ref: idOf(name) },
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
      }),
    );
  },
);
