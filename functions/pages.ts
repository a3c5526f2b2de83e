// The pages behind emailed links. GET looks nothing up and changes nothing, so that scanners may follow; POST acts. The
// token in the form is the authority: no cookie, no script.
import * as v from 'valibot';
import { acceptInvite } from '../shared/directory/accept-invite.ts';
import { completeValidation } from '../shared/directory/contact-proofs.ts';
import type { Context } from '../shared/directory/context.ts';
import { askReset, completeReset } from '../shared/directory/passwords.ts';
import { type Operation, parse, rawEndpoint } from '../shared/http/endpoint.ts';
import { readProof, readProofById } from '../shared/http/proof.ts';
import { htmlReply, retryAfter } from '../shared/http/reply.ts';
import type { HttpReply, HttpRequest } from '../shared/http/request.ts';
import { EmailAddress } from '../shared/model/email-address.ts';
import { LinkId } from '../shared/model/ids.ts';
import { TypedPassword } from '../shared/model/password.ts';
import { type Issue, PROBLEMS, type Problem, problemOf, waitOf } from '../shared/model/problem.ts';
import type { Locale } from '../shared/model/text.ts';
import { Profile } from '../shared/model/user/profile.ts';
import { pageHeaders } from '../shared/pages/headers.ts';
import { pickLocale } from '../shared/pages/locale.ts';
import type { FieldName, FieldProblem, FormPage, FormState, PageState } from '../shared/pages/state.ts';
import { view } from '../shared/pages/view.ts';
import { MIN_PASSWORD_LENGTH } from '../shared/security/password-policy.ts';

const FORM_FIELDS = ['token', 'id', 'email', 'code', 'password', 'givenName', 'familyName', 'acceptTerms'] as const;
type Fields = Partial<Record<(typeof FORM_FIELDS)[number], string>>;

const localeOf = (request: HttpRequest): Locale =>
  pickLocale(request.query.get('lang') ?? undefined, request.headers['accept-language']);

const page = (request: HttpRequest, status: number, state: PageState): HttpReply =>
  htmlReply(status, view(state, localeOf(request)), pageHeaders());

/** The state of a page's form, filled with what was given; a password is never given back. */
function formState(name: FormPage, fields: Fields, problem?: FieldProblem[]): FormState {
  const { token, id, email, code, givenName, familyName } = fields;
  const problems = problem && { problem };
  const byCode = { ...(email !== undefined && { email }), ...(code !== undefined && { code }) };
  const names = { ...(givenName !== undefined && { givenName }), ...(familyName !== undefined && { familyName }) };
  const proof = token !== undefined && { token };
  switch (name) {
    case 'accept-invite':
      return { page: name, ...proof, values: { ...byCode, ...names }, ...problems };
    case 'reset-password':
      return { page: name, ...proof, values: byCode, ...problems };
    case 'verify-email':
      return { page: name, ...proof, ...(id !== undefined && { id }), ...problems };
    default:
      return { page: name, values: email === undefined ? {} : { email }, ...problems };
  }
}

/** A post must come from this page. Both headers absent is an old browser, not another site. */
function isCrossSite({ headers }: HttpRequest, baseUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return site === 'cross-site' || (origin !== undefined && origin !== new URL(baseUrl).origin);
}

function readFields(input: unknown): Fields {
  const given = input as Record<string, string>;
  // Browsers send an empty field for one left empty: it counts as not given.
  const filled = FORM_FIELDS.filter((name) => given[name] !== undefined && given[name] !== '');
  return Object.fromEntries(filled.map((name) => [name, given[name]]));
}

const required = (fields: Fields, ...names: (keyof Fields & FieldName)[]): FieldProblem[] =>
  names.filter((name) => fields[name] === undefined).map((field) => ({ field, code: 'required' }));

type Act = (ctx: Context, fields: Fields) => Promise<PageState>;

interface Page {
  name: FormPage;
  summary: string;
  needs: (keyof Fields & FieldName)[];
  act: Act;
}

const address = (fields: Fields) =>
  fields.email === undefined ? {} : { email: parse(EmailAddress, fields.email, '/email') };

const proofOf = (fields: Fields) => readProof({ token: fields.token, code: fields.code, ...address(fields) });

const accept: Act = async (ctx, fields) => {
  const { givenName, familyName, password, acceptTerms } = fields;
  const profile = { ...(givenName && { givenName }), ...(familyName && { familyName }) };
  const accepted = await acceptInvite(ctx, {
    proof: proofOf(fields),
    password: parse(TypedPassword, password, '/password'),
    profile: parse(Profile, profile),
    locale: null,
    acceptTerms: acceptTerms !== undefined,
  });
  const { orgName, continueUrl, email } = accepted;
  const shown = { ...(continueUrl && { continueUrl }), ...(email && { email }) };
  return { page: 'done', what: 'invite-accepted', orgName, ...shown };
};

const reset: Act = async (ctx, fields) => {
  const { continueUrl } = await completeReset(ctx, proofOf(fields), parse(TypedPassword, fields.password, '/password'));
  return { page: 'done', what: 'password-reset', ...(continueUrl && { continueUrl }) };
};

const verify: Act = async (ctx, { token, id, code }) => {
  const proof = readProofById({ token, code, id: id === undefined ? undefined : parse(LinkId, id, '/code') });
  const { email } = await completeValidation(ctx, proof);
  return { page: 'done', what: 'email-verified', email };
};

const forgot: Act = async (ctx, fields) => {
  await askReset(ctx, parse(EmailAddress, fields.email, '/email'));
  return { page: 'done', what: 'reset-asked' };
};

const pages: Page[] = [
  { name: 'accept-invite', summary: 'Accept an invite', needs: ['password'], act: accept },
  { name: 'reset-password', summary: 'Choose a new password', needs: ['password'], act: reset },
  { name: 'verify-email', summary: 'Confirm an address', needs: [], act: verify },
  { name: 'forgot-password', summary: 'Ask for a new password', needs: ['email'], act: forgot },
];

/** Address and code are needed only by those who came without a link. */
const byHand = ({ name }: Page, fields: Fields): FieldProblem[] => {
  if (fields.token !== undefined || name === 'forgot-password') return [];
  return name === 'verify-email' ? required(fields, 'code') : required(fields, 'email', 'code');
};

async function post(ctx: Context, request: HttpRequest, input: unknown, shown: Page): Promise<HttpReply> {
  if (isCrossSite(request, ctx.baseUrl)) return page(request, 403, { page: 'refused', why: 'cross-site' });
  const fields = readFields(input);
  const missing = [...byHand(shown, fields), ...required(fields, ...shown.needs)];
  if (missing.length > 0) return page(request, 422, formState(shown.name, fields, missing));
  try {
    return page(request, 200, await shown.act(ctx, fields));
  } catch (error) {
    const problem = problemOf(error);
    const state = problem && again(shown.name, fields, problem);
    if (!problem || !state) throw error;
    return page(request, PROBLEMS[problem.code].status, state);
  }
}

/** The form once more with what to do about it, or the end of a dead link; undefined where neither is the answer. */
function again(name: FormPage, fields: Fields, problem: Problem): PageState | undefined {
  const { code, issues = [], termsVersion } = problem;
  switch (code) {
    case 'link-not-usable':
      if (name === 'forgot-password') return undefined;
      // Who typed a code may have mistyped it, and gets the form again, whatever is wrong with code or address.
      if (fields.token === undefined) return formState(name, fields, [{ field: 'code', code: 'wrong-code' }]);
      return { page: 'dead-link', what: name };
    case 'terms-not-accepted':
      return {
        ...formState(name, fields, [{ field: 'acceptTerms', code: 'terms-required' }]),
        ...(name === 'accept-invite' && { page: name, terms: { version: termsVersion ?? '' }, notice: 'terms-added' }),
      };
    case 'sign-in-failed':
      return {
        ...formState(name, fields, [{ field: 'password', code: 'wrong-password' }]),
        ...(name === 'accept-invite' && { page: name, wants: 'existing-password' }),
      };
    case 'password-unacceptable':
    case 'input-invalid':
    case 'email-unsupported':
      return withPasswordRule(formState(name, fields, issues.map(toFieldProblem)), issues);
    default:
      return undefined;
  }
}

/** An org that asks for longer passwords says so in the form. */
function withPasswordRule(state: FormState, issues: Issue[]): FormState {
  const min = issues.find(({ code }) => code === 'too-short') && minOf(issues);
  const takes = state.page === 'accept-invite' || state.page === 'reset-password';
  return min && takes ? { ...state, passwordMin: min } : state;
}

const minOf = (issues: Issue[]): number =>
  Number(/\d+/.exec(issues.find(({ code }) => code === 'too-short')?.message ?? '')?.[0] ?? MIN_PASSWORD_LENGTH);

const CODE_OF_FIELD: Partial<Record<FieldName, string>> = {
  email: 'email-invalid',
  code: 'wrong-code',
  givenName: 'name-invalid',
  familyName: 'name-invalid',
  password: 'too-long',
};

function toFieldProblem(issue: Issue): FieldProblem {
  const name = issue.pointer.split('/').at(-1) ?? '';
  const field = FORM_FIELDS.find((known) => known === name);
  const shown: FieldName = field === undefined || field === 'token' || field === 'id' ? 'form' : field;
  const code = issue.code ?? CODE_OF_FIELD[shown] ?? 'unknown';
  return { field: shown, code, ...(code === 'too-short' && { params: { min: minOf([issue]) } }) };
}

/** A refusal that no form answers: what happened, and when to try again. */
function spell(problem: Problem, { request }: { request: HttpRequest }): HttpReply {
  const { status, kind } = PROBLEMS[problem.code];
  const reasons = {
    'too-many': 'too-many',
    unavailable: 'unavailable',
    'not-found': 'not-found',
    forbidden: 'forbidden',
  } as const;
  const why = Object.entries(reasons).find(([name]) => name === kind)?.[1] ?? 'bad-request';
  const { retryAfterSeconds } = problem;
  const reply = page(request, status, { page: 'refused', why, ...(retryAfterSeconds && { retryAfterSeconds }) });
  return { ...reply, headers: { ...reply.headers, ...retryAfter(waitOf(status, problem)) } };
}

const field = v.optional(v.string());
const linkQuery = { token: field, lang: field };
const PageForm = v.object(Object.fromEntries(FORM_FIELDS.map((name) => [name, field])));

export const operations: readonly Operation[] = pages.flatMap((shown) => [
  rawEndpoint(`GET /${shown.name}`, {
    tag: 'Pages',
    summary: `${shown.summary}: the form`,
    description: 'Looks the same for any token, and changes nothing.',
    access: 'anyone',
    rate: 'public',
    media: 'text/html',
    query: shown.name === 'verify-email' ? v.object({ ...linkQuery, id: field }) : v.object(linkQuery),
    run: async (_ctx, request) => {
      const given = (name: 'token' | 'id') => {
        const value = request.query.get(name);
        return value ? { [name]: value.slice(0, 512) } : {};
      };
      return page(request, 200, formState(shown.name, { ...given('token'), ...given('id') }));
    },
    spell,
  }),
  rawEndpoint(`POST /${shown.name}`, {
    tag: 'Pages',
    summary: shown.summary,
    access: 'anyone',
    rate: 'public',
    consumes: 'form',
    media: 'text/html',
    body: PageForm,
    problems: ['link-not-usable', 'cross-site', 'too-many-requests', 'password-unacceptable'],
    run: (ctx, request, input) => post(ctx, request, input, shown),
    spell,
  }),
]);
