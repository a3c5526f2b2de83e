import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { sourceOf, toRequest, toResult } from '../../shared/http/request.ts';

const event = (more: object = {}, sourceIp = '203.0.113.7') =>
  ({
    rawPath: '/v1/users',
    rawQueryString: 'a=1&a=2&b=%20x',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '1.2.3.4' },
    requestContext: { domainName: 'Rollcall.test', http: { method: 'POST', path: '/x', sourceIp } },
    isBase64Encoded: false,
    ...more,
  }) as unknown as APIGatewayProxyEventV2;

describe('a request', () => {
  test('has lower-case header names, every value of the query and the bytes of its body', () => {
    const request = toRequest(event({ body: 'é' }));
    expect(request.headers).toEqual({ 'content-type': 'application/json', 'x-forwarded-for': '1.2.3.4' });
    expect([request.method, request.host, request.path]).toEqual(['POST', 'rollcall.test', '/v1/users']);
    expect(request.query.getAll('a')).toEqual(['1', '2']);
    expect(request.body).toEqual(Buffer.from([0xc3, 0xa9]));
  });

  test('has the decoded bytes of a body that came as base64, none for none', () => {
    expect(toRequest(event({ body: '/wA=', isBase64Encoded: true })).body).toEqual(Buffer.from([0xff, 0x00]));
    expect(toRequest(event()).body).toHaveLength(0);
  });

  test('without query or headers is one all the same', () => {
    const request = toRequest(event({ rawQueryString: undefined, headers: undefined }));
    expect([[...request.query], request.headers]).toEqual([[], {}]);
  });
});

test('a reply without text has no body', () => {
  expect(toResult({ status: 204, headers: { a: 'b' }, body: '' })).toEqual({ statusCode: 204, headers: { a: 'b' } });
});

describe('the source of a call', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('%s counts as %s', (ip, source) => {
    expect(sourceOf(event({}, ip))).toBe(source);
  });
});
