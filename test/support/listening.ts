// A test service behind a real port, for clients that speak HTTP themselves.
import type { HttpSurface } from '../../functions/surfaces/shape.ts';
import { httpSurfaces, rootRoutesOf } from '../../functions/surfaces.ts';
import { openGateway } from '../../infra/local/gateway.ts';
import type { TestService } from './service.ts';

export interface Listening {
  base: string;
  stop(): Promise<void>;
}

/** On a free port of the loopback interface, with the rules of API Gateway. */
export const listen = (service: TestService): Promise<Listening> => open(service, httpSurfaces);

/** The same as the host name of one language's own has it: its paths at the root and no others. */
export const listenAsHost = (service: TestService, mount: string): Promise<Listening> =>
  open(
    service,
    httpSurfaces
      .filter(({ dialect }) => dialect === mount)
      .map((surface) => ({ ...surface, mounts: rootRoutesOf(surface), throttled: [] })),
  );

async function open({ handlers, clock }: TestService, surfaces: readonly HttpSurface[]): Promise<Listening> {
  const handlerOf = ({ name }: { name: string }) => handlers.http(name);
  const { port, stop } = await openGateway(0, { surfaces, handlerOf, clock: clock.now });
  return { base: `http://127.0.0.1:${port}`, stop };
}
