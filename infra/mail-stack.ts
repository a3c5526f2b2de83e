// Sending and what comes back: the SES identity and configuration set, and the function that hears of deliveries,
// bounces and complaints. Depends on the data stack; the functions that send live in the API stack.
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { workerSurfaces } from '../functions/surfaces/workers.ts';
import type { DataStack } from './data-stack.ts';
import { allow, deadLetterQueue, surfaceFunction } from './function.ts';
import { givenBaseUrl, type StageSettings } from './stages.ts';

export interface MailStackProps extends StackProps {
  stage: StageSettings;
  assets: string;
  data: DataStack;
}

export class MailStack extends Stack {
  readonly configurationSetName: string;
  readonly sendArns: readonly string[];
  readonly feedback: LambdaFunction;
  readonly feedbackFailures: Queue;

  constructor(scope: Construct, id: string, props: MailStackProps) {
    super(scope, id, props);
    const { stage } = props;
    const configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      configurationSetName: `rollcall-${stage.name}`,
      reputationMetrics: true,
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    const identity = new EmailIdentity(this, 'Identity', {
      identity: Identity.domain(stage.mail.domain),
      configurationSet,
      dkimSigning: true,
      // Bounces come as events; nobody reads the mailbox of a no-reply address.
      feedbackForwarding: false,
    });
    identity.dkimRecords.forEach(({ name, value }, n) => {
      new CfnOutput(this, `DkimRecord${n + 1}`, { value: `${name} CNAME ${value}` });
    });

    this.configurationSetName = configurationSet.configurationSetName;
    const identityArn = stage.mail.sandbox ? this.sesArn('identity', '*') : identity.emailIdentityArn;
    this.sendArns = [identityArn, this.sesArn('configuration-set', this.configurationSetName)];

    this.feedbackFailures = deadLetterQueue(this, 'FeedbackFailures');
    this.feedback = this.feedbackFunction(props);
    const events = new Topic(this, 'Events', { enforceSSL: true });
    // A subscribed function and no HTTP endpoint: there is no address at which anybody could post a bounce.
    events.addSubscription(new LambdaSubscription(this.feedback, { deadLetterQueue: this.feedbackFailures }));
    configurationSet.addEventDestination('Feedback', {
      destination: EventDestination.snsTopic(events),
      events: [
        EmailSendingEvent.SEND,
        EmailSendingEvent.DELIVERY,
        EmailSendingEvent.DELIVERY_DELAY,
        EmailSendingEvent.BOUNCE,
        EmailSendingEvent.COMPLAINT,
        EmailSendingEvent.REJECT,
      ],
    });
  }

  private feedbackFunction({ stage, assets, data }: MailStackProps): LambdaFunction {
    const surface = workerSurfaces.find(({ kind }) => kind === 'mail-feedback');
    if (!surface) throw new Error('no surface takes mail feedback');
    const { table, keyRings } = data;
    const { configurationSetName, feedbackFailures } = this;
    // Feedback writes no link, and this stack is there before an API that could lend its address.
    const baseUrl = givenBaseUrl(stage) ?? 'https://no-links.invalid';
    const parts = { stage, assets, table, keyRings, configurationSetName, baseUrl };
    const feedback = surfaceFunction(this, surface, parts, [allow(['sqs:SendMessage'], [feedbackFailures.queueArn])]);
    feedback.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: feedbackFailures.queueArn }) },
    });
    return feedback;
  }

  private sesArn(resource: string, resourceName: string): string {
    return this.formatArn({ service: 'ses', resource, resourceName });
  }
}
