// The pages' sentences in English. Their shape is the shape of every language: a sentence missing elsewhere does not
// compile. Not here: the letters' sentences (shared/mail/locales).
import type { DeadLinkState, DoneState, FieldName, NoticeCode, ProblemCode, RefusedState } from '../state.ts';

/** Lengths in characters. */
interface Params {
  min?: number | undefined;
  max?: number | undefined;
}

interface Outcome {
  title: string;
  body: string[];
  /** The label of the link to the next step, where there is one. */
  next?: string;
}

interface FormText {
  title: string;
  lead: string;
  submit: string;
}

export interface PageText {
  shell: { language: string; safety: string; optional: string; errorPrefix: string; problemsTitle: string };
  fields: Record<Exclude<FieldName, 'form'>, string> & { name: string; newPassword: string; currentPassword: string };
  hints: {
    name: string;
    code: string;
    password(min: number): string;
    /** The accept form is the same for newcomers and for people who have an account. */
    passwordOrExisting(min: number): string;
    existingPassword: string;
    passwordAgain: string;
  };
  acceptTerms(version: string): string;
  accept: FormText & { leadWithCode: string; existing: string };
  reset: FormText & { leadWithCode: string; ask: string };
  verify: FormText & { leadWithCode: string; leadWithNothing: string; submitCode: string };
  forgot: FormText & { haveCode: string };
  required: Record<FieldName, string>;
  problems: Record<Exclude<ProblemCode, 'required'>, (params: Params) => string>;
  unknownProblem: string;
  notices: Record<NoticeCode, string>;
  done: Record<DoneState['what'], Outcome>;
  doneFacts: { org: string; email: string };
  goOn: string;
  signInInApp: string;
  enterCode: string;
  dead: Record<DeadLinkState['what'], Outcome>;
  refused: Record<RefusedState['why'], Outcome>;
  /** How long to wait, with a duration such as "3 minutes", or without one. */
  wait(duration: string | undefined): string;
}

export const enUS: PageText = {
  shell: {
    language: 'Language',
    safety: 'Keep the link and the code from your email to yourself. We never ask for them by phone or message.',
    optional: 'optional',
    errorPrefix: 'Error',
    problemsTitle: 'Please check what you entered',
  },
  fields: {
    password: 'Password',
    newPassword: 'New password',
    currentPassword: 'Your current password',
    givenName: 'First name',
    familyName: 'Last name',
    name: 'Your name',
    email: 'Email address',
    code: 'Code from the email',
    acceptTerms: 'Terms',
  },
  hints: {
    name: 'Leave this empty if your account already has your name.',
    code: '8 letters and digits. Upper or lower case and spaces make no difference.',
    password: (min) => `At least ${min} characters, up to 128. A sentence of a few words works well.`,
    passwordOrExisting: (min) =>
      `New here? Choose one with at least ${min} characters, up to 128; a sentence of a few words works well.\n` +
      'If you already have an account with this address, enter the password you use now.',
    existingPassword: 'The one you sign in with today. It stays as it is.',
    passwordAgain: 'Passwords are never filled in for you, so please enter it again.',
  },
  acceptTerms: (version) => `I accept the terms of the organization (version ${version}).`,
  accept: {
    title: 'Accept your invitation',
    lead: 'Fill in this short form to join.',
    leadWithCode: 'Enter the address your invitation was sent to and the code from that email.',
    existing: 'You already have an account. Enter the password you use now, and the invitation is added to it.',
    submit: 'Accept invitation',
  },
  reset: {
    title: 'Choose a new password',
    lead: 'Saving it signs you out everywhere. Then sign in with the new password.',
    leadWithCode: 'Enter your address, the code from the email and a new password. Saving it signs you out everywhere.',
    submit: 'Save new password',
    ask: 'I have no code yet',
  },
  verify: {
    title: 'Confirm your email address',
    lead: 'One click and we know that this address is yours.',
    leadWithCode: 'Enter the code from the email we sent to this address.',
    leadWithNothing:
      'Open the link in the email we sent you. If you cannot find it, look in your spam folder, ' +
      'or ask for a new one in the account settings of your app.',
    submit: 'Confirm this address',
    submitCode: 'Confirm this address',
  },
  forgot: {
    title: 'Forgot your password?',
    lead: 'Enter the address of your account. We will email you a link to choose a new password.',
    submit: 'Send the email',
    haveCode: 'I already have a code',
  },
  required: {
    password: 'Enter a password.',
    givenName: 'Enter your first name.',
    familyName: 'Enter your last name.',
    email: 'Enter your email address.',
    code: 'Enter the code from the email.',
    acceptTerms: 'Accept the terms to go on.',
    form: 'Something is missing. Please fill in the form once more.',
  },
  problems: {
    'too-short': ({ min = 15 }) => `Use at least ${min} characters.`,
    'too-long': ({ max }) => (max ? `Use at most ${max} characters.` : 'This is too long. Please shorten it.'),
    blocklisted: () => 'This password is too common or part of a known breach. Choose another one.',
    'context-word': () => 'This password contains your name or address. Choose one that does not.',
    'same-as-current': () => 'This is the password you have now. Choose a new one.',
    'email-invalid': () => 'Enter a full address, such as name@example.com.',
    'wrong-code': () => 'This code does not work. Check what you typed, and use the code from the newest email.',
    'wrong-password': () => 'This is not the password of your account. Try again.',
    'terms-required': () => 'Accept the terms to go on.',
    'name-invalid': () => 'A name cannot contain a web address or invisible characters.',
  },
  unknownProblem: 'This could not be accepted. Please check it and try again.',
  notices: {
    'terms-added': 'One more step: this organization asks you to accept its terms before you join.',
    'second-factor':
      'Your account has a second sign-in step. Sign in in your app and accept the invitation there; it stays open.',
  },
  done: {
    'invite-accepted': { title: 'Welcome aboard', body: ['You have accepted the invitation.'] },
    'password-reset': {
      title: 'Your new password is saved',
      body: ['All your sessions were ended. Please sign in again in your app with the new password.'],
    },
    'email-verified': { title: 'Your address is confirmed', body: ['Thank you. There is nothing more to do here.'] },
    'reset-asked': {
      title: 'Check your inbox',
      body: [
        'If an account uses this address, an email with a link is on its way. The link works for 1 hour.',
        'Nothing there? Look in your spam folder, and wait a minute before you ask again.',
      ],
      next: 'Ask again',
    },
  },
  doneFacts: { org: 'Organization', email: 'Address' },
  goOn: 'Continue',
  signInInApp: 'You can close this page and sign in in your app.',
  enterCode: 'Enter the code from the email',
  dead: {
    'accept-invite': {
      title: 'This invitation link no longer works',
      body: [
        'A link works once and for a limited time, and a newer email replaces it.',
        'Ask the person who invited you to send the invitation again.',
        'If you have already accepted it, sign in in your app, or choose a new password.',
      ],
      next: 'Choose a new password',
    },
    'reset-password': {
      title: 'This link no longer works',
      body: [
        'A link works once and for 1 hour, and a newer email replaces it.',
        'Your password has not been changed by opening it. Ask for a new email and use the link in that one.',
      ],
      next: 'Ask for a new email',
    },
    'verify-email': {
      title: 'This link no longer works',
      body: [
        'A link works once and for 24 hours, and a newer email replaces it.',
        'Open the account settings of your app and start again from there. You will get a new email.',
      ],
    },
  },
  refused: {
    'cross-site': {
      title: 'This did not come from our page',
      body: [
        'The form was sent from another website, so we did nothing with it.',
        'Open the link in your email again and fill in the form there.',
      ],
    },
    'too-many': { title: 'Too many attempts', body: ['We are taking a short break to keep accounts safe.'] },
    unavailable: {
      title: 'We cannot answer right now',
      body: [
        'This is our fault, not yours.',
        'Go back and send the form again then. If the page says that the link no longer works, what you sent has ' +
          'probably been saved: try to sign in in your app.',
      ],
    },
    'not-found': {
      title: 'There is no page here',
      body: ['Please check the address, or open the link in your email again.'],
    },
    'bad-request': {
      title: 'We could not read this form',
      body: ['It arrived incomplete, so we did nothing with it. Open the link in your email again and start over.'],
    },
    forbidden: {
      title: 'This is not possible',
      body: [
        'We are not allowed to do this for you, and nothing was changed.',
        'Ask the person who invited you, or the administrator of your organization.',
      ],
    },
  },
  wait: (duration) => `Please try again in ${duration ?? 'a few minutes'}.`,
};
