// Finds the operation of a method and path among the declared ones.
import { fail } from '../model/problem.ts';
import type { Operation } from './endpoint.ts';

export interface Match {
  operation: Operation;
  params: Record<string, string>;
}

/**
 * A literal segment wins over a placeholder. HEAD is GET without a body, where GET changes nothing. Other methods of a
 * known path: 405.
 */
export function router(operations: readonly Operation[]): (method: string, path: string) => Match {
  const routes = operations
    .map((operation) => ({ operation, segments: operation.path.split('/') }))
    .sort((a, b) => placeholders(a.segments) - placeholders(b.segments));
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const parts = path.split('/');
    const here = routes.flatMap(({ operation, segments }) => {
      const params = matchSegments(segments, parts);
      return params ? [{ operation, params }] : [];
    });
    const found = here.find(
      ({ operation }) => operation.method === wanted && (method !== 'HEAD' || operation.rate !== 'write'),
    );
    if (found) return found;
    if (here.length === 0) fail('not-found');
    const allowed = [...new Set(here.map(({ operation }) => operation.method))].join(', ');
    fail({ code: 'method-not-allowed', detail: allowed });
  };
}

const placeholders = (segments: string[]) => segments.filter((segment) => segment.startsWith('{')).length;

function matchSegments(segments: string[], parts: string[]): Record<string, string> | undefined {
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i] ?? '';
    if (segment.startsWith('{') && part !== '') params[segment.slice(1, -1)] = part;
    else if (segment !== part) return undefined;
  }
  return params;
}
