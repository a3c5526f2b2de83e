// Which alarms there are, what they measure and who hears them.
import { describe, expect, test } from 'vitest';
import { only, type Resource, resources, synthesized } from './synthesized.ts';

const prod = synthesized('prod');
const alarms = new Map(
  resources(prod.watch, 'AWS::CloudWatch::Alarm').map(([, alarm]) => [
    String(alarm.Properties.AlarmName).replace('rollcall-prod-', ''),
    alarm.Properties,
  ]),
);

describe('alarms', () => {
  test('are these', () => {
    expect([...alarms.keys()].sort()).toEqual([
      'api-errors',
      'bounce-rate',
      'complaint-rate',
      'feedback-gave-up',
      'mailer-behind',
      'mailer-gave-up',
      'projector-behind',
      'projector-gave-up',
      'reconciler-failing',
      'sign-in-throttled',
      'sweeper-failing',
      'table-throttled',
      'worker-failing',
    ]);
  });

  test.each([...alarms])('%s names its section of the runbook and is quiet without data', (name, alarm) => {
    expect(alarm.AlarmDescription).toMatch(new RegExp(`\\. See docs/runbook\\.md#${name}$`));
    expect(alarm.TreatMissingData).toBe('notBreaching');
    expect(alarm.ComparisonOperator).toBe('GreaterThanThreshold');
  });

  test('the mailer may be an hour behind: the stream keeps a day', () => {
    expect(alarms.get('mailer-behind')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'IteratorAge',
      Statistic: 'Maximum',
      Threshold: 3_600_000,
    });
  });

  test.each(['mailer-gave-up', 'projector-gave-up', 'feedback-gave-up'])(
    '%s rings at the first message in its queue',
    (name) => {
      expect(alarms.get(name)).toMatchObject({
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 0,
        EvaluationPeriods: 1,
      });
    },
  );

  test('API errors are the 5xx of the HTTP API', () => {
    expect(alarms.get('api-errors')).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Statistic: 'Sum',
    });
  });

  test('throttles count the table and each of its indexes', () => {
    const { Metrics } = alarms.get('table-throttled') as { Metrics: { MetricStat?: { Metric: Resource } }[] };
    const text = JSON.stringify(Metrics);
    for (const index of ['byCreated', 'byUpdated', 'byName', 'byEmail']) expect(text).toContain(`"Value":"${index}"`);
    expect(Metrics.filter((metric) => metric.MetricStat)).toHaveLength(6);
  });

  test('bounces and complaints ring before SES reviews the account, for the letters of this stage', () => {
    const set = [{ Name: 'ses:configuration-set', Value: { 'Fn::ImportValue': expect.anything() } }];
    expect(alarms.get('bounce-rate')).toMatchObject({
      Namespace: 'AWS/SES',
      MetricName: 'Reputation.BounceRate',
      Threshold: 0.03,
      Dimensions: set,
    });
    expect(alarms.get('complaint-rate')).toMatchObject({
      MetricName: 'Reputation.ComplaintRate',
      Threshold: 0.0008,
      Dimensions: set,
    });
  });
});

describe('who is told', () => {
  test('the alarm address of the stage, of trouble and of its end', () => {
    expect(only(prod.watch, 'AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'operations@rollcall.example',
    });
    const topic = [{ Ref: resources(prod.watch, 'AWS::SNS::Topic')[0]?.[0] }];
    for (const alarm of alarms.values()) expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
  });

  test('alarms may publish to the topic', () => {
    const { PolicyDocument } = only(prod.watch, 'AWS::SNS::TopicPolicy').Properties;
    expect((PolicyDocument as { Statement: unknown[] }).Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
      }),
    );
  });

  test('nobody, in a stage without an alarm address', () => {
    const { watch } = synthesized('dev');
    expect(resources(watch, 'AWS::SNS::Topic')).toEqual([]);
    expect(resources(watch, 'AWS::CloudWatch::Alarm')).toHaveLength(alarms.size);
  });
});
