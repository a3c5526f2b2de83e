// The front door as data and nothing else: which functions exist, what they answer, what they may touch. Read by
// infra, the local run and tests. No handler is imported here; operations are declared in the files named as `entry`.
import { dialectSurfaces } from './surfaces/dialects.ts';
import { nativeSurfaces } from './surfaces/native.ts';
import type { HttpSurface, Surface } from './surfaces/shape.ts';
import { workerSurfaces } from './surfaces/workers.ts';

export const httpSurfaces: readonly HttpSurface[] = [...nativeSurfaces, ...dialectSurfaces];

export const surfaces: readonly Surface[] = [...httpSurfaces, ...workerSurfaces];

/** The route keys of API Gateway for one surface, each once: two per path mount, exact mounts, throttled routes. */
export function routesOf(surface: Surface): string[] {
  if (surface.kind !== 'http') return [];
  const mounted = surface.mounts.flatMap((mount) =>
    mount.startsWith('/') ? [`ANY ${mount}`, `ANY ${mount}/{proxy+}`] : [mount],
  );
  // API Gateway throttles routes, not paths: a limit of its own needs a route of its own.
  return [...new Set([...mounted, ...(surface.throttled ?? []).map((limit) => limit.route)])];
}
