// The four pages with a form: which fields each state asks for. Not here: how a field looks (fields.ts), sentences
// (locales/), and what follows a form (outcomes.ts).
import { type Html, type HtmlValue, html } from '../html.ts';
import { checkbox, type FormContext, field, form, hidden, problemSummary } from './fields.ts';
import { type Content, heading, next, pathTo, plainLink, type Speech } from './layout.ts';
import type { PageText } from './locales/en-US.ts';
import type {
  AcceptInviteState,
  FieldName,
  FieldProblem,
  ForgotPasswordState,
  ResetPasswordState,
  VerifyEmailState,
} from './state.ts';

const PASSWORD_MIN = 15;

// A limit well above the rule's 128: a browser cuts pasted text at maxlength without a word, and a password that was
// cut is one that nobody knows. What is too long is for the answer to say.
const newPassword = html` type="password" autocomplete="new-password" autocapitalize="none" spellcheck="false"
 maxlength="1024"`;
const currentPassword = html` type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false"
 maxlength="1024"`;
const emailInput = html` type="email" autocomplete="email" inputmode="email" autocapitalize="none" spellcheck="false"
 maxlength="254"`;
// Eight characters, and room for the spaces and dashes people put between them.
const codeInput = html` type="text" class="code" autocomplete="one-time-code" inputmode="text"
 autocapitalize="characters" spellcheck="false" maxlength="32"`;
const givenNameInput = html` type="text" autocomplete="given-name" spellcheck="false" maxlength="255"`;
const familyNameInput = html` type="text" autocomplete="family-name" spellcheck="false" maxlength="255"`;

export function acceptInvite(state: AcceptInviteState, speech: Speech): Content {
  const { text } = speech;
  const { token, values = {}, terms } = state;
  const context = contextOf(state, text);
  const byCode = !token;
  const existing = state.wants === 'existing-password';
  const nameWrong = context.problems.some(({ field }) => field === 'givenName' || field === 'familyName');
  const askName = !existing || nameWrong;
  const shown: FieldName[] = ['password'];
  if (byCode) shown.push('email', 'code');
  if (askName) shown.push('givenName', 'familyName');
  if (terms) shown.push('acceptTerms');
  const notice = state.notice ? text.notices[state.notice] : existing && text.accept.existing;
  const action = pathTo('accept-invite', speech.locale);
  const fields = [
    proof(context, token, values),
    askName
      ? nameFields(context, values)
      : [hidden('givenName', values.givenName), hidden('familyName', values.familyName)],
    existing
      ? field(context, {
          name: 'password',
          label: text.fields.currentPassword,
          attributes: currentPassword,
          hint: text.hints.existingPassword,
        })
      : field(context, {
          name: 'password',
          label: text.fields.password,
          attributes: newPassword,
          hint: text.hints.passwordOrExisting(context.passwordMin),
        }),
    terms && checkbox(context, 'acceptTerms', text.acceptTerms(terms.version)),
  ];
  return {
    title: text.accept.title,
    failed: context.problems.length > 0,
    ...switchUnless(token, '/accept-invite'),
    body: html`${heading(text.accept.title, byCode ? text.accept.leadWithCode : text.accept.lead)}
${problemSummary(context, shown)}${notice && html`<p class="notice">${notice}</p>`}
${form(action, fields, text.accept.submit)}`,
  };
}

// Optional, since the account may have its name already: from the invite, or from long ago.
function nameFields(context: FormContext, values: { givenName?: string; familyName?: string }): Html {
  const { text } = context;
  return html`<fieldset aria-describedby="name-hint">
<legend>${text.fields.name} <span class="optional">(${text.shell.optional})</span></legend>
<p class="hint" id="name-hint">${text.hints.name}</p>
<div class="pair">
${field(context, {
  name: 'givenName',
  label: text.fields.givenName,
  attributes: givenNameInput,
  value: values.givenName,
  optional: true,
})}${field(context, {
  name: 'familyName',
  label: text.fields.familyName,
  attributes: familyNameInput,
  value: values.familyName,
  optional: true,
})}</div>
</fieldset>
`;
}

export function resetPassword(state: ResetPasswordState, speech: Speech): Content {
  const { text, locale } = speech;
  const { token, values = {} } = state;
  const context = contextOf(state, text);
  const byCode = !token;
  const fields = [
    proof(context, token, values),
    field(context, {
      name: 'password',
      label: text.fields.newPassword,
      attributes: newPassword,
      hint: text.hints.password(context.passwordMin),
    }),
  ];
  return {
    title: text.reset.title,
    failed: context.problems.length > 0,
    ...switchUnless(token, '/reset-password'),
    body: html`${heading(text.reset.title, byCode ? text.reset.leadWithCode : text.reset.lead)}
${problemSummary(context, byCode ? ['email', 'code', 'password'] : ['password'])}
${form(pathTo('reset-password', locale), fields, text.reset.submit)}
${byCode && next(plainLink(pathTo('forgot-password', locale), text.reset.ask))}`,
  };
}

export function verifyEmail(state: VerifyEmailState, speech: Speech): Content {
  const { text, locale } = speech;
  const { token, id } = state;
  const context = contextOf(state, text);
  const title = text.verify.title;
  const failed = context.problems.length > 0;
  const action = pathTo('verify-email', locale);
  if (token) {
    return {
      title,
      failed,
      body: html`${heading(title, text.verify.lead)}
${problemSummary(context, [])}${form(action, hidden('token', token), text.verify.submit)}`,
    };
  }
  if (!id) {
    return {
      title,
      failed,
      switchTo: '/verify-email',
      body: html`${heading(title, text.verify.leadWithNothing)}
${problemSummary(context, [])}`,
    };
  }
  const fields = [hidden('id', id), codeField(context, undefined)];
  return {
    title,
    failed,
    switchTo: `/verify-email?${new URLSearchParams({ id })}`,
    body: html`${heading(title, text.verify.leadWithCode)}
${problemSummary(context, ['code'])}${form(action, fields, text.verify.submitCode)}`,
  };
}

export function forgotPassword(state: ForgotPasswordState, speech: Speech): Content {
  const { text, locale } = speech;
  const context = contextOf(state, text);
  const fields = emailField(context, state.values?.email);
  return {
    title: text.forgot.title,
    failed: context.problems.length > 0,
    switchTo: '/forgot-password',
    body: html`${heading(text.forgot.title, text.forgot.lead)}
${problemSummary(context, ['email'])}${form(pathTo('forgot-password', locale), fields, text.forgot.submit)}
${next(plainLink(pathTo('reset-password', locale), text.forgot.haveCode))}`,
  };
}

function contextOf(state: { problem?: FieldProblem[]; passwordMin?: number }, text: PageText): FormContext {
  return { text, problems: state.problem ?? [], passwordMin: state.passwordMin ?? PASSWORD_MIN };
}

// What shows that the letter reached this person: the token of its link, or address and code.
function proof(context: FormContext, token: string | undefined, values: { email?: string; code?: string }): HtmlValue {
  return token ? hidden('token', token) : [emailField(context, values.email), codeField(context, values.code)];
}

function emailField(context: FormContext, value: string | undefined): Html {
  return field(context, { name: 'email', label: context.text.fields.email, attributes: emailInput, value });
}

function codeField(context: FormContext, value: string | undefined): Html {
  const { fields, hints } = context.text;
  return field(context, { name: 'code', label: fields.code, attributes: codeInput, value, hint: hints.code });
}

// A page that holds a token has no language links. They would have to carry the token into an address, and so into
// histories and logs a second time, and after a post for the first time; without it they would lose the form.
function switchUnless(token: string | undefined, path: string): Pick<Content, 'switchTo'> {
  return token ? {} : { switchTo: path };
}
