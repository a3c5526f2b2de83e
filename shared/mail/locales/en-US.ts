// The letters' sentences in English. Not here: the pages' sentences (shared/pages), the layout.
import type { Sentences } from '../sentences.ts';

const contactAdmin = (org: string) => `please contact the administrator of ${org}.`;

export const enUS: Sentences = {
  locale: 'en-US',
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  linkLine: 'If the button does not work, copy this link into your browser:',
  codeLine: (page) => (page ? `Or enter this code at ${page}:` : 'Or enter this code where you asked for this email:'),
  expiry: (when) => `The link and the code work once, until ${when}.`,
  noteLine: (inviter) => (inviter ? `${inviter} wrote:` : 'A note for you:'),
  footer: (org) => `Sent by Rollcall for ${org}. This email was sent automatically; replies are not read.`,
  letters: {
    invite: {
      subject: ({ inviter, org }) => (inviter ? `${inviter} invites you to ${org}` : `You are invited to ${org}`),
      title: 'You are invited',
      preview: ({ org }) => `Accept the invitation to use your account at ${org}.`,
      body: ({ inviter, org, to }) => [
        inviter ? `${inviter} has invited you to join ${org}.` : `You have been invited to join ${org}.`,
        `Accept the invitation to start using your account. It will belong to the address ${to}.`,
      ],
      button: 'Accept the invitation',
      ignore: ({ org }) =>
        `If you do not know ${org} or did not expect this invitation, you can ignore this email: nothing will happen.`,
    },
    activation: {
      subject: ({ org }) => `Activate your account at ${org}`,
      title: 'Activate your account',
      preview: () => 'Set a password and your account is ready.',
      body: ({ org }) => [`Your account at ${org} is waiting for you. Set a password and it is ready to use.`],
      button: 'Activate your account',
      ignore: ({ org }) =>
        `If you do not know ${org} or did not ask for this, you can ignore this email: the account stays inactive.`,
    },
    'password-reset': {
      subject: ({ org }) => `Choose a new password for ${org}`,
      title: 'Choose a new password',
      preview: () => 'You asked for a new password. Here is your link.',
      body: ({ org }) => [
        `We received a request for a new password for your account at ${org}.`,
        'Choose one now. For your safety, you will then be signed out on all your devices.',
      ],
      button: 'Choose a new password',
      ignore: () => 'If you did not ask for this, you can ignore this email: your password stays as it is.',
    },
    'address-proof': {
      subject: ({ org }) => `Confirm your email address for ${org}`,
      title: 'Confirm your email address',
      preview: ({ to }) => `Is ${to} your address? Please confirm it.`,
      body: ({ org, to }) => [`Please confirm that ${to} is your address, so that your account at ${org} can use it.`],
      button: 'Confirm this address',
      ignore: () => 'If you did not expect this, you can ignore this email: the address stays unconfirmed.',
    },
    'account-inactive': {
      subject: ({ org }) => `Your account at ${org} is deactivated`,
      title: 'Your account is deactivated',
      preview: () => 'You cannot set a new password at the moment.',
      body: ({ org }) => [
        `We received a request for a new password for your account at ${org}. The account is deactivated and cannot be used now.`,
        `If you need it again, ${contactAdmin(org)}`,
      ],
      otherwise: () => 'If you did not ask for a new password, you need not do anything.',
    },
    'account-locked': {
      subject: ({ org }) => `Your account at ${org} is locked`,
      title: 'Your account is locked',
      preview: () => 'You cannot set a new password at the moment.',
      body: ({ org }) => [
        `We received a request for a new password for your account at ${org}. An administrator has locked the account, and it cannot be used now.`,
        `To have it unlocked, ${contactAdmin(org)}`,
      ],
      otherwise: () => 'If you did not ask for a new password, you need not do anything.',
    },
    'federated-sign-in': {
      subject: ({ org }) => `How to sign in at ${org}`,
      title: 'Sign in through your company',
      preview: () => 'Your account needs no password of its own.',
      body: ({ org }) => [
        `We received a request for a new password for your account at ${org}. This account has no password of its own: you sign in through your company’s sign-in provider, as usual.`,
        'If you have lost access there, your company’s IT support can help.',
      ],
      otherwise: () => 'If you did not ask for a new password, you need not do anything.',
    },
    'address-changed': {
      subject: ({ org }) => `The email address of your account at ${org}`,
      title: 'Change of your email address',
      preview: ({ pending }) => (pending ? 'A new address is to be confirmed.' : 'Your address was changed.'),
      body: ({ newAddress, org, pending, to }) => [
        pending
          ? `A new email address was requested for your account at ${org}: ${newAddress}. It replaces ${to} as soon as it is confirmed.`
          : `The email address of your account at ${org} was changed from ${to} to ${newAddress}.`,
        'If you know about this change, you need not do anything.',
      ],
      otherwise: ({ org }) => `If this was not you, please contact the administrator of ${org} right away.`,
    },
    'password-changed': {
      subject: ({ org }) => `Your password for ${org} was changed`,
      title: 'Your password was changed',
      preview: () => 'Was this you? Then everything is in order.',
      body: ({ at, org }) => [
        `The password of your account at ${org} was changed on ${at}.`,
        'If this was you, you need not do anything. On your other devices, sign in with the new password.',
      ],
      otherwise: ({ org }) =>
        `If this was not you, choose a new password right away and tell the administrator of ${org}.`,
      button: 'Choose a new password',
    },
    'session-reuse': {
      subject: ({ org }) => `A session of your account at ${org} was ended`,
      title: 'We ended one of your sessions',
      preview: () => 'Its sign-in token was used twice. Please check whether this was you.',
      body: ({ at, org }) => [
        `On ${at}, a sign-in token of your account at ${org} was used a second time. Someone may have copied it, so we ended that session.`,
        'If a device asks you to sign in again, you can do so as usual.',
      ],
      otherwise: ({ org }) =>
        `If you do not recognize this, choose a new password: it ends all sessions. Please also tell the administrator of ${org}.`,
      button: 'Choose a new password',
    },
  },
};
