// An operation in another system's words: declared like any other, with that system's paths, media type and refusals.
import * as v from 'valibot';
import type { Context } from '../directory/context.ts';
import {
  type Access,
  type Operation,
  type RateClass,
  type RefusedCall,
  type Route,
  rawEndpoint,
} from '../http/endpoint.ts';
import type { HttpReply, HttpRequest } from '../http/request.ts';
import type { Problem } from '../model/problem.ts';

/** How a system speaks, the same in all of its operations. */
export interface Manner {
  tag: string;
  /** Where it is mounted: `/outreach`. Its paths begin behind it. */
  mount: string;
  /** Media type of its answers, and what its bodies are. */
  media: string;
  consumes: NonNullable<Operation['consumes']>;
  /** A refusal in its words. */
  spell(problem: Problem, call: RefusedCall): HttpReply;
  /** A fault of ours in its words. */
  fault(requestId: string): HttpReply;
  /** Headers that tell on every answer how much more may be asked. */
  limits?: NonNullable<Operation['limits']>;
}

/** Where this language begins for the caller: addresses in answers lead back to where they came from. */
export const hereOf = ({ surfaceUrl, baseUrl }: Context): string => surfaceUrl ?? baseUrl;

export interface Call {
  params: Record<string, string>;
  query: URLSearchParams;
  /** The parsed body; undefined where the operation takes none. */
  body: unknown;
  request: HttpRequest;
}

interface Declared {
  summary: string;
  access: Access;
  /** Reads and changes are told apart by the method, unless this says otherwise. */
  rate?: RateClass;
  takesBody?: boolean;
  consumes?: Operation['consumes'];
  largestBody?: number;
  run(ctx: Context, call: Call): Promise<HttpReply>;
}

/** Declares operations of one system. The path is its own, without the mount. */
export function speaking(manner: Manner): (route: Route, declared: Declared) => Operation {
  return (route, { takesBody, run, rate, consumes = manner.consumes, ...facts }) => {
    const [method, path] = route.split(' ') as [Operation['method'], string];
    return rawEndpoint(`${method} ${manner.mount}${path}` as Route, {
      ...facts,
      tag: manner.tag,
      rate: rate ?? (method === 'GET' ? 'read' : 'write'),
      consumes,
      media: manner.media,
      ...(takesBody && { body: v.unknown() }),
      spell: manner.spell,
      fault: manner.fault,
      ...(manner.limits && { limits: manner.limits }),
      run: (ctx, request, body) => run(ctx, { params: request.params, query: request.query, body, request }),
    });
  };
}
