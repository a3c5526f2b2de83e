// The front door as data: names, routes and limits that infra and the local run both build on.
import { describe, expect, test } from 'vitest';
import { httpSurfaces, routesOf, surfaces } from '../../functions/surfaces.ts';

const repeated = (values: readonly string[]) => values.filter((value, n) => values.indexOf(value) !== n);
const routes = httpSurfaces.flatMap(routesOf);

describe('surfaces', () => {
  test('have names, entries and routes of their own', () => {
    expect(repeated(surfaces.map(({ name }) => name))).toEqual([]);
    expect(repeated(surfaces.map(({ entry }) => entry))).toEqual([]);
    expect(repeated(routes)).toEqual([]);
  });

  test('have names that can stand in paths, function names and log groups', () => {
    expect(surfaces.filter(({ name }) => !/^[a-z][a-z-]{1,30}$/.test(name))).toEqual([]);
  });

  test('mount a path as itself and all below, and an exact route as itself', () => {
    const users = httpSurfaces.find(({ name }) => name === 'users');
    expect(users && routesOf(users)).toEqual([
      'ANY /v1/users',
      'ANY /v1/users/{proxy+}',
      'ANY /v1/me',
      'ANY /v1/me/{proxy+}',
    ]);
    const passwords = httpSurfaces.find(({ name }) => name === 'passwords');
    expect(passwords && routesOf(passwords)).toEqual([
      'ANY /v1/password-resets',
      'ANY /v1/password-resets/{proxy+}',
      'ANY /v1/users/{id}/password-reset',
      'POST /v1/me/password',
      'POST /v1/password-resets',
      'POST /v1/password-resets/complete',
    ]);
  });

  test('write routes as API Gateway does', () => {
    const form = /^(ANY|GET|POST|PUT|PATCH|DELETE) (\/[A-Za-z0-9._-]+|\/\{[a-z]+\})+(\/\{proxy\+\})?$/;
    expect(routes.filter((route) => !form.test(route))).toEqual([]);
    expect(routes.length, 'an HTTP API takes 300 routes').toBeLessThan(300);
  });

  test('throttle only what they mount', () => {
    for (const { mounts, throttled = [] } of httpSurfaces) {
      for (const { route } of throttled) {
        const path = route.split(' ')[1] ?? '';
        const under = mounts.some((mount) => mount === route || path === mount || path.startsWith(`${mount}/`));
        expect(under, route).toBe(true);
      }
    }
  });

  test('give a limit of its own to every route that a guesser or a flood would use', () => {
    const throttled = httpSurfaces.flatMap((surface) => (surface.throttled ?? []).map(({ route }) => route));
    expect(throttled.sort()).toEqual([
      'GET /axway/api/v1/auth/activation/{id}',
      'POST /accept-invite',
      'POST /axway/api/v1/auth/activate',
      'POST /axway/api/v1/auth/activate/forgot',
      'POST /axway/api/v1/auth/forgot',
      'POST /axway/api/v1/auth/login',
      'POST /axway/auth/realms/Broker/protocol/openid-connect/token',
      'POST /forgot-password',
      'POST /genesys/login/oauth/token',
      'POST /genesys/oauth/token',
      'POST /identity/soap',
      'POST /identity/v1/contactPointValidations/complete',
      'POST /identity/v1/passwordResetRequests/complete',
      'POST /login/oauth/token',
      'POST /oauth/token',
      'POST /reset-password',
      'POST /v1/contact-validations/complete',
      'POST /v1/invites/accept',
      'POST /v1/password-resets',
      'POST /v1/password-resets/complete',
      'POST /v1/sessions',
      'POST /v1/sessions/refresh',
      'POST /verify-email',
    ]);
  });

  test('answer within the 29 seconds that API Gateway waits', () => {
    expect(httpSurfaces.filter(({ timeoutSeconds }) => timeoutSeconds > 29)).toEqual([]);
  });

  test('hold the key of links only where a link is made or spent', () => {
    const holders = surfaces.filter(({ keyRings }) => keyRings.includes('links')).map(({ name }) => name);
    expect(holders).toEqual([
      'invites',
      'passwords',
      'contacts',
      'pages',
      'identity-links',
      'axway-passwords',
      'mailer',
      'sweeper',
    ]);
  });

  test('hold the key of access tokens only where they are issued', () => {
    const holders = surfaces.filter(({ keyRings }) => keyRings.includes('signing')).map(({ name }) => name);
    expect(holders).toEqual(['sessions', 'oauth', 'axway-sign-in', 'genesys-login']);
  });
});
