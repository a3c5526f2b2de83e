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

/** The same at the root of a host name of the surface's own language: without the mount, each once. */
export function rootRoutesOf(surface: HttpSurface): string[] {
  return [...new Set(routesOf(surface).map((route) => rooted(surface, route)))];
}

/** A route of a surface as the host name of its language has it. */
export function rooted({ dialect: mount = '' }: HttpSurface, route: string): string {
  const [method, path = ''] = route.split(' ');
  return `${method} ${path === mount ? '/' : path.slice(path.startsWith(`${mount}/`) ? mount.length : 0)}`;
}
