// What the platform switches off by an answer of its own: sign-up, which is the deployment's business here, and second
// factors, as long as there are none.
import { fail } from '../../../shared/model/problem.ts';
import { type Name, refuse } from './errors.ts';
import { axway } from './manner.ts';

const FACTORS = [
  ['POST', '/auth/mfa/send'],
  ['POST', '/auth/mfa/verify'],
  ['GET', '/auth/authenticator'],
  ['POST', '/auth/authenticator'],
  ['DELETE', '/auth/authenticator'],
  ['POST', '/auth/deviceauth'],
  ['POST', '/auth/deviceauth/resend'],
] as const;

const off = (method: 'GET' | 'POST' | 'DELETE', path: string, name: Name, open: boolean) =>
  axway(`${method} /api/v1${path}`, {
    summary: `Switched off: ${path}`,
    access: open ? 'anyone' : { permission: 'users:read' },
    ...(open && { rate: 'public' as const }),
    ...(method === 'POST' && { takesBody: true }),
    run: async () => refuse(name),
  });

export const unavailableOperations = [
  ...FACTORS.map(([method, path]) => off(method, path, 'AUTH_CODE_DISABLED', false)),
  off('POST', '/auth/signup', 'SIGNUP_DISABLED', true),
  axway('POST /api/v1/auth/activate/signup', {
    summary: 'Confirm a sign-up: there are none',
    access: 'anyone',
    rate: 'public',
    takesBody: true,
    run: async () => fail('link-not-usable'),
  }),
];
