// The files under functions/ made into callable handlers. Imported when first asked for, never from here by name.

import type { Surface } from '../../functions/surfaces/shape.ts';
import { surfaces } from '../../functions/surfaces.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { type HttpHandler, serve } from '../../shared/http/serve.ts';
import type { Services } from '../../shared/services.ts';
import type { Worker } from '../../shared/worker.ts';

interface Entry {
  operations?: readonly Operation[];
  worker?: Worker;
}

export interface Handlers {
  /** The handler of an HTTP surface, made once. */
  http(name: string): Promise<HttpHandler>;
  /** Calls the worker of that name with an event. */
  work(name: string, event: unknown): Promise<unknown>;
  /** Imports all of them. */
  load(): Promise<void>;
}

export function newHandlers(services: Services | Promise<Services>): Handlers {
  const handlers = new Map<string, Promise<HttpHandler>>();
  const http = (name: string): Promise<HttpHandler> => {
    const known = handlers.get(name);
    if (known) return known;
    const surface = named(name);
    const mount = surface.kind === 'http' ? surface.dialect : undefined;
    const made = load(surface).then(({ operations }) => serve(given(operations, name), services, { mount }));
    handlers.set(name, made);
    return made;
  };
  return {
    http,
    async work(name, event) {
      const { worker } = await load(named(name));
      return given(worker, name)(await services, event);
    },
    async load() {
      await Promise.all(surfaces.map((surface) => (surface.kind === 'http' ? http(surface.name) : load(surface))));
    },
  };
}

function named(name: string): Surface {
  const surface = surfaces.find((candidate) => candidate.name === name);
  if (!surface) throw new Error(`there is no surface ${name}`);
  return surface;
}

const load = async ({ entry }: Surface): Promise<Entry> =>
  (await import(new URL(`../../functions/${entry}`, import.meta.url).href)) as Entry;

function given<T>(exported: T | undefined, name: string): T {
  if (exported === undefined) throw new Error(`the entry of ${name} exports neither operations nor worker`);
  return exported;
}
