// One sample of every page state a person can meet, by a short name. Shared by the tests of this folder.
import type { PageState } from '../../shared/pages/state.ts';

export const TOKEN = 'AVZx0k3Jm2Qp9sLr7tWy_vBn-4cDf6hGj8kMz1xCq5e';

export const SAMPLES: Record<string, PageState> = {
  accept: { page: 'accept-invite', token: TOKEN },
  'accept-code': { page: 'accept-invite' },
  'accept-problems': {
    page: 'accept-invite',
    token: TOKEN,
    values: { givenName: 'Ana', familyName: 'https://example.com' },
    problem: [
      { field: 'familyName', code: 'name-invalid' },
      { field: 'password', code: 'too-short', params: { min: 15 } },
    ],
  },
  'accept-code-wrong': {
    page: 'accept-invite',
    values: { givenName: 'Ana', familyName: 'Sá', email: 'ana@example.com', code: '7K2M9QXT' },
    problem: [{ field: 'code', code: 'wrong-code' }],
  },
  'accept-terms': {
    page: 'accept-invite',
    token: TOKEN,
    values: { givenName: 'Ana', familyName: 'Sá' },
    terms: { version: '2026-04' },
    notice: 'terms-added',
  },
  'accept-terms-missing': {
    page: 'accept-invite',
    token: TOKEN,
    terms: { version: '2026-04' },
    problem: [{ field: 'acceptTerms', code: 'terms-required' }],
  },
  'accept-existing': {
    page: 'accept-invite',
    token: TOKEN,
    values: { givenName: 'Ana', familyName: 'Sá' },
    wants: 'existing-password',
    problem: [{ field: 'password', code: 'wrong-password' }],
  },
  'accept-second-factor': { page: 'accept-invite', token: TOKEN, wants: 'existing-password', notice: 'second-factor' },
  reset: { page: 'reset-password', token: TOKEN },
  'reset-code': { page: 'reset-password' },
  'reset-problems': {
    page: 'reset-password',
    passwordMin: 20,
    values: { email: 'ana@example', code: 'nope' },
    problem: [
      { field: 'email', code: 'email-invalid' },
      { field: 'code', code: 'wrong-code' },
      { field: 'password', code: 'blocklisted' },
    ],
  },
  verify: { page: 'verify-email', token: TOKEN },
  'verify-code': { page: 'verify-email', id: '0197f0c2-7b1e-7c3a-9d55-0a1b2c3d4e5f' },
  'verify-code-wrong': {
    page: 'verify-email',
    id: '0197f0c2-7b1e-7c3a-9d55-0a1b2c3d4e5f',
    problem: [{ field: 'code', code: 'wrong-code' }],
  },
  'verify-nothing': { page: 'verify-email' },
  forgot: { page: 'forgot-password' },
  'forgot-invalid': {
    page: 'forgot-password',
    values: { email: 'ana' },
    problem: [{ field: 'email', code: 'email-invalid' }],
  },
  'forgot-form-problem': {
    page: 'forgot-password',
    problem: [{ field: 'form', code: 'required' }],
  },
  'done-invite': {
    page: 'done',
    what: 'invite-accepted',
    orgName: 'Acme Logistics',
    email: 'ana@example.com',
    continueUrl: 'https://app.example.com/welcome?from=invite',
  },
  'done-invite-bare': { page: 'done', what: 'invite-accepted' },
  'done-reset': { page: 'done', what: 'password-reset', continueUrl: 'https://app.example.com/' },
  'done-reset-bare': { page: 'done', what: 'password-reset' },
  'done-verify': { page: 'done', what: 'email-verified', email: 'ana@example.com' },
  'done-asked': { page: 'done', what: 'reset-asked', email: 'ana@example.com' },
  'dead-accept': { page: 'dead-link', what: 'accept-invite' },
  'dead-reset': { page: 'dead-link', what: 'reset-password' },
  'dead-verify': { page: 'dead-link', what: 'verify-email' },
  'refused-cross-site': { page: 'refused', why: 'cross-site' },
  'refused-too-many': { page: 'refused', why: 'too-many', retryAfterSeconds: 840 },
  'refused-unavailable': { page: 'refused', why: 'unavailable' },
  'refused-not-found': { page: 'refused', why: 'not-found' },
  'refused-bad-request': { page: 'refused', why: 'bad-request' },
  'refused-forbidden': { page: 'refused', why: 'forbidden' },
};
