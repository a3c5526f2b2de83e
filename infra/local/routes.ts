// Which surface answers a request: the choice that API Gateway makes between the routes of the stack.

import type { HttpSurface } from '../../functions/surfaces/shape.ts';
import { httpSurfaces, routesOf } from '../../functions/surfaces.ts';

export interface Route {
  surface: HttpSurface;
  /** `ANY /v1/users/{proxy+}`. */
  key: string;
  method: string;
  segments: readonly string[];
}

export interface Routed {
  surface: HttpSurface;
  key: string;
  params: Record<string, string>;
}

/** The most specific route of a method and a decoded path wins: literal before placeholder before `{proxy+}`. */
export function gatewayRouter(surfaces: readonly HttpSurface[] = httpSurfaces) {
  const routes = surfaces
    .flatMap((surface) => routesOf(surface).map((key) => toRoute(surface, key)))
    .sort((a, b) => compare(rank(a), rank(b)));
  return (method: string, path: string): Routed | undefined => {
    const parts = path.split('/').slice(1);
    for (const { surface, key, method: wanted, segments } of routes) {
      const params = wanted === 'ANY' || wanted === method ? match(segments, parts) : undefined;
      if (params) return { surface, key, params };
    }
    return undefined;
  };
}

function toRoute(surface: HttpSurface, key: string): Route {
  const [method = '', path = ''] = key.split(' ');
  return { surface, key, method, segments: path.split('/').slice(1) };
}

/** Sorts first by the kinds of segments from the left, greedy last, then a named method before ANY. */
function rank({ method, segments }: Route): string {
  const kinds = segments.map((segment) => (segment.endsWith('+}') ? '2' : segment.startsWith('{') ? '1' : '0'));
  const greedy = kinds.includes('2') ? '1' : '0';
  return `${greedy}${kinds.join('')}${method === 'ANY' ? '9' : '8'}`;
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function match(segments: readonly string[], parts: string[]): Record<string, string> | undefined {
  const greedy = segments.at(-1)?.endsWith('+}') === true;
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const rest = segment.endsWith('+}');
    const part = rest ? parts.slice(i).join('/') : (parts[i] ?? '');
    if (!segment.startsWith('{')) {
      if (segment !== part) return undefined;
    } else if (part === '') {
      return undefined;
    } else {
      params[segment.slice(1, rest ? -2 : -1)] = part;
    }
  }
  return params;
}
