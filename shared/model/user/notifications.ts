// The thirteen switches that say what a person is told of, and how. Not which letters the directory sends: those that
// let a person in or back in have no switch.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';

const flag = v.optional(v.boolean());

/** What is sent to the person's own mailbox. True: sent. */
export const EmailNotifications = group({
  bounceWarning: flag,
  dailyDigest: flag,
  engagement: flag,
  mailboxError: flag,
  missedText: flag,
  unknownReply: flag,
  weeklyDigest: flag,
});
export type EmailNotifications = v.InferOutput<typeof EmailNotifications>;

/** Source: the Outreach seed. Two are negative and stay so, since absent must keep meaning what it means there. */
export const Notifications = group({
  enabled: flag,
  /** True: none about the person's activity. */
  activityDisabled: flag,
  /** True: none about what the person sent. */
  senderExcluded: flag,
  meetingEngagement: flag,
  pluginAlert: flag,
  voicemail: flag,
  email: v.optional(EmailNotifications),
});
export type Notifications = v.InferOutput<typeof Notifications>;

export const NotificationsPatch = patchOf(Notifications);
export type NotificationsPatch = v.InferOutput<typeof NotificationsPatch>;
