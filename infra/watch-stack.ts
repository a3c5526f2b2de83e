// What wakes somebody. Every alarm names the section of the runbook that says what to do. Depends on all others.
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ApiStack } from './api-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { MailStack } from './mail-stack.ts';
import type { StageSettings } from './stages.ts';

export interface WatchStackProps extends StackProps {
  stage: StageSettings;
  data: DataStack;
  mail: MailStack;
  api: ApiStack;
}

interface Watch {
  /** Also the section of docs/runbook.md. */
  name: string;
  says: string;
  metric: IMetric;
  /** Alarms above this. */
  above: number;
  periods?: number;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const HOUR_MS = 3_600_000;

export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: WatchStackProps) {
    super(scope, id, props);
    const { stage } = props;
    const topic = stage.alarmAddress === undefined ? undefined : this.alarmTopic(stage.alarmAddress);
    for (const { name, says, metric, above, periods = 1 } of watches(props)) {
      const alarm = new Alarm(this, name, {
        alarmName: `rollcall-${stage.name}-${name}`,
        alarmDescription: `${says} See docs/runbook.md#${name}`,
        metric,
        threshold: above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: periods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
    }
  }

  private alarmTopic(address: string): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    // A policy of one's own replaces the default one that let the account's alarms publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    topic.addSubscription(new EmailSubscription(address));
    return topic;
  }
}

function watches({ data, mail, api }: WatchStackProps): Watch[] {
  const sum = { statistic: 'Sum', period: FIVE_MINUTES };
  const newest = { statistic: 'Maximum', period: MINUTE };
  return [
    {
      name: 'mailer-behind',
      says: 'Letters wait for more than an hour in the stream, which forgets after a day.',
      metric: named(api, 'mailer').metric('IteratorAge', newest),
      above: HOUR_MS,
      periods: 5,
    },
    {
      name: 'mailer-gave-up',
      says: 'The mailer gave up on stream records.',
      metric: gaveUp(api, 'mailer').metricApproximateNumberOfMessagesVisible(newest),
      above: 0,
    },
    {
      name: 'projector-behind',
      says: 'Search and counts are more than an hour behind the stream, which forgets after a day.',
      metric: named(api, 'projector').metric('IteratorAge', newest),
      above: HOUR_MS,
      periods: 5,
    },
    {
      name: 'projector-gave-up',
      says: 'The projector gave up on stream records: some people are found by what they were.',
      metric: gaveUp(api, 'projector').metricApproximateNumberOfMessagesVisible(newest),
      above: 0,
    },
    {
      name: 'feedback-gave-up',
      says: 'Deliveries, bounces or complaints could not be recorded.',
      metric: mail.feedbackFailures.metricApproximateNumberOfMessagesVisible(newest),
      above: 0,
    },
    {
      name: 'sweeper-failing',
      says: 'The sweeper, the net under the mailer, fails run after run.',
      metric: named(api, 'sweeper').metricErrors(sum),
      above: 2,
      periods: 2,
    },
    {
      name: 'worker-failing',
      says: 'The worker that carries on jobs fails run after run.',
      metric: named(api, 'worker').metricErrors(sum),
      above: 2,
      periods: 2,
    },
    {
      name: 'reconciler-failing',
      says: 'The reconciler, the net under the projector, fails run after run.',
      metric: named(api, 'reconciler').metricErrors(sum),
      above: 2,
      periods: 2,
    },
    {
      name: 'api-errors',
      says: 'The API answers 5xx.',
      metric: api.api.metricServerError(sum),
      above: 5,
      periods: 2,
    },
    {
      name: 'sign-in-throttled',
      says: 'Sign-in has used up its reserved concurrency.',
      metric: named(api, 'sessions').metricThrottles(sum),
      above: 10,
      periods: 2,
    },
    {
      name: 'table-throttled',
      says: 'The table or one of its indexes refuses requests.',
      metric: throttles(data),
      above: 10,
      periods: 2,
    },
    {
      name: 'bounce-rate',
      says: 'Over 3 % of letters bounce; SES reviews at 5 % and stops an account at 10 %.',
      metric: reputation(mail, 'BounceRate'),
      above: 0.03,
    },
    {
      name: 'complaint-rate',
      says: 'Over 0.08 % of letters are reported as spam; SES reviews at 0.1 %.',
      metric: reputation(mail, 'ComplaintRate'),
      above: 0.0008,
    },
  ];
}

function named(api: ApiStack, name: string): LambdaFunction {
  const found = api.functions.get(name);
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
}

function gaveUp(api: ApiStack, name: string): Queue {
  const found = api.streamFailures.get(name);
  if (!found) throw new Error(`no worker of the stream is called ${name}`);
  return found;
}

/** A throttled index refuses the table's writes but is counted under its own name. */
function throttles({ table }: DataStack): MathExpression {
  const metric = (metricName: string, index?: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: table.tableName, ...(index && { GlobalSecondaryIndexName: index }) },
      statistic: 'Sum',
    });
  const indexes = ['byCreated', 'byUpdated', 'byName', 'byEmail'];
  const usingMetrics = {
    reads: metric('ReadThrottleEvents'),
    writes: metric('WriteThrottleEvents'),
    ...Object.fromEntries(indexes.map((index) => [`${index}Writes`, metric('WriteThrottleEvents', index)])),
  };
  const expression = `SUM([${Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(', ')}])`;
  return new MathExpression({ expression, usingMetrics, period: FIVE_MINUTES, label: 'throttled requests' });
}

function reputation(mail: MailStack, which: 'BounceRate' | 'ComplaintRate'): Metric {
  return new Metric({
    namespace: 'AWS/SES',
    metricName: `Reputation.${which}`,
    dimensionsMap: { 'ses:configuration-set': mail.configurationSetName },
    statistic: 'Maximum',
    period: Duration.hours(1),
  });
}
