// Sending through SES and the way back of deliveries, bounces and complaints.
import { describe, expect, test } from 'vitest';
import { functionOf, grantsOf, only, type Resource, resources, roleOf, synthesized } from './synthesized.ts';

const prod = synthesized('prod');
const idOf = (type: string): string => (resources(prod.mail, type)[0] as [string, Resource])[0];

describe('sending', () => {
  test('goes through a configuration set with TLS, reputation metrics and suppression', () => {
    expect(only(prod.mail, 'AWS::SES::ConfigurationSet').Properties).toMatchObject({
      Name: 'rollcall-prod',
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
      ReputationOptions: { ReputationMetricsEnabled: true },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    expect(
      only(prod.mail, 'AWS::SES::ConfigurationSet').Properties.TrackingOptions,
      'no click tracking',
    ).toBeUndefined();
  });

  test('is signed for the domain of the stage', () => {
    expect(only(prod.mail, 'AWS::SES::EmailIdentity').Properties).toMatchObject({
      EmailIdentity: 'rollcall.example',
      DkimAttributes: { SigningEnabled: true },
      FeedbackAttributes: { EmailForwardingEnabled: false },
    });
    expect(Object.keys(prod.mail.findOutputs('*')).filter((id) => id.startsWith('DkimRecord'))).toHaveLength(3);
  });
});

describe('feedback', () => {
  test('covers the six kinds that change a delivery state, and neither opens nor clicks', () => {
    const { EventDestination } = only(prod.mail, 'AWS::SES::ConfigurationSetEventDestination').Properties;
    expect(EventDestination).toEqual({
      Enabled: true,
      MatchingEventTypes: ['send', 'delivery', 'deliveryDelay', 'bounce', 'complaint', 'reject'],
      SnsDestination: { TopicARN: { Ref: idOf('AWS::SNS::Topic') } },
    });
  });

  test('reaches a function by subscription and never an HTTP endpoint', () => {
    const subscription = only(prod.mail, 'AWS::SNS::Subscription').Properties;
    expect(subscription.Protocol).toBe('lambda');
    expect(subscription.Endpoint).toEqual({ 'Fn::GetAtt': [idOf('AWS::Lambda::Function'), 'Arn'] });
    expect(subscription.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue'), 'Arn'] },
    });
  });

  test('may be published by SES for this configuration set alone', () => {
    const { PolicyDocument } = only(prod.mail, 'AWS::SNS::TopicPolicy').Properties;
    const { Statement } = PolicyDocument as { Statement: { Effect: string; Principal: unknown; Condition: unknown }[] };
    const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
    expect(allowed[0]?.Principal).toEqual({ Service: 'ses.amazonaws.com' });
    const condition = JSON.stringify(allowed[0]?.Condition);
    expect(condition).toMatch(/"AWS:SourceAccount":"111122223333"/);
    expect(condition).toMatch(/:configuration-set\//);
  });

  test('that fails three times goes to a queue that keeps it 14 days', () => {
    expect(only(prod.mail, 'AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue'), 'Arn'] } } },
    });
    expect(only(prod.mail, 'AWS::SQS::Queue').Properties).toMatchObject({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
    expect(grantsOf(prod, 'mail-feedback')).toContainEqual({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue'), 'Arn'] },
    });
  });

  test('knows no address of the service unless the stage names one: it writes no link', () => {
    const baseUrl = (stacks = prod) =>
      (functionOf(stacks, 'mail-feedback').Properties.Environment as { Variables: { BASE_URL: string } }).Variables
        .BASE_URL;
    expect(baseUrl()).toBe('https://no-links.invalid');
    expect(baseUrl(synthesized('dev', { baseUrl: 'https://people.rollcall.example' }))).toBe(
      'https://people.rollcall.example',
    );
  });

  test('is the only function of the mail stack, and reads the table of the data stack', () => {
    expect(resources(prod.mail, 'AWS::Lambda::Function')).toHaveLength(1);
    expect(roleOf(functionOf(prod, 'mail-feedback'))).toBe(idOf('AWS::IAM::Role'));
    expect(JSON.stringify(prod.mail.toJSON())).not.toContain('rollcall-prod-api');
  });
});
