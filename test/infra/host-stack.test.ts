// Host names of their own for other systems' languages.
import { describe, expect, test } from 'vitest';
import { httpSurfaces, rootRoutesOf } from '../../functions/surfaces.ts';
import { readConfig } from '../../shared/config.ts';
import { only, resources, synthesized } from './synthesized.ts';

const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';

describe('the stack of hosts', () => {
  test('is not there for a stage that names none', () => {
    expect(synthesized('prod').hosts).toBeUndefined();
  });

  test('speaks a language at the root of its host, by the functions that speak it under its mount', () => {
    const { hosts } = synthesized('prod', { hosts: { identity: { name: 'identity.example.com', certificateArn } } });
    if (!hosts) throw new Error('there is no stack of hosts');
    const keys = resources(hosts, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
    const declared = httpSurfaces.filter(({ dialect }) => dialect === '/identity').flatMap(rootRoutesOf);
    expect(keys.sort()).toEqual(declared.sort());
    expect(keys).toContain('ANY /{proxy+}');
    expect(only(hosts, 'AWS::ApiGatewayV2::DomainName').Properties.DomainName).toBe('identity.example.com');
    expect(only(hosts, 'AWS::ApiGatewayV2::Api').Properties.DisableExecuteApiEndpoint).toBe(true);
    const throttle = { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 };
    expect(only(hosts, 'AWS::ApiGatewayV2::Stage').Properties.DefaultRouteSettings).toEqual(throttle);
  });

  test('tells its functions the host, which addresses in answers lead back to and assertions may be meant for', () => {
    const { api } = synthesized('prod', { hosts: { identity: { name: 'identity.example.com', certificateArn } } });
    const given = resources(api, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
      const { DIALECT_HOSTS } = (Properties.Environment as { Variables: Record<string, string> }).Variables;
      return DIALECT_HOSTS === undefined ? [] : [DIALECT_HOSTS];
    });
    expect(new Set(given)).toEqual(new Set(['{"identity":"identity.example.com"}']));
    expect(given.length).toBeGreaterThanOrEqual(httpSurfaces.length);
    const env = { STAGE: 'prod', BASE_URL: 'https://api.example.com', DIALECT_HOSTS: given[0] };
    expect(readConfig(env).hosts).toEqual({ identity: 'identity.example.com' });
  });

  test('lets clients of Genesys Cloud log in on any name under a wildcard, as seldom as at the base', () => {
    const { hosts } = synthesized('prod', { hosts: { genesys: { name: '*.calls.example.com', certificateArn } } });
    if (!hosts) throw new Error('there is no stack of hosts');
    const keys = resources(hosts, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
    expect(only(hosts, 'AWS::ApiGatewayV2::DomainName').Properties.DomainName).toBe('*.calls.example.com');
    const limits = only(hosts, 'AWS::ApiGatewayV2::Stage').Properties.RouteSettings;
    for (const route of ['POST /oauth/token', 'POST /login/oauth/token']) {
      expect(keys.filter((key) => key === route)).toEqual([route]);
      expect(limits).toHaveProperty([route], { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 });
    }
  });

  test('is refused for a language that nothing speaks', () => {
    const settings = { hosts: { klingon: { name: 'klingon.example.com', certificateArn } } };
    expect(() => synthesized('prod', settings)).toThrow(/klingon/);
  });
});
