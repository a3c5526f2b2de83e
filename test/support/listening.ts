// A test service behind a real port, for clients that speak HTTP themselves.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { HttpSurface } from '../../functions/surfaces/shape.ts';
import { httpSurfaces, rootRoutesOf } from '../../functions/surfaces.ts';
import { openGateway } from '../../infra/local/gateway.ts';
import type { TestService } from './service.ts';

export interface Listening {
  base: string;
  stop(): Promise<void>;
}

/** A port of the loopback interface that nobody had a moment ago: for a service that must know its address first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** On a free port of the loopback interface unless told, with the rules of API Gateway. */
export const listen = (service: TestService, wanted = 0): Promise<Listening> => open(service, httpSurfaces, wanted);

/** The same as the host name of one language's own has it: its paths at the root and no others. */
export const listenAsHost = (service: TestService, mount: string): Promise<Listening> =>
  open(
    service,
    httpSurfaces
      .filter(({ dialect }) => dialect === mount)
      .map((surface) => ({ ...surface, mounts: rootRoutesOf(surface), throttled: [] })),
    0,
  );

async function open(
  { handlers, clock }: TestService,
  surfaces: readonly HttpSurface[],
  wanted: number,
): Promise<Listening> {
  const handlerOf = ({ name }: { name: string }) => handlers.http(name);
  const { port, stop } = await openGateway(wanted, { surfaces, handlerOf, clock: clock.now });
  return { base: `http://127.0.0.1:${port}`, stop };
}
