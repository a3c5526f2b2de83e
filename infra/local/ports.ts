// Loopback ports: which one is free, and whether a wanted one is.
import { createServer } from 'node:net';
import { trouble } from './trouble.ts';

export const LOOPBACK = '127.0.0.1';

/** Binds a port for a moment and resolves to its number; 0 asks for any free one. */
export function probePort(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/** The port, or any free one for 0. Fails with one line for a person when something else holds it. */
export async function takePort(port: number, variable: string): Promise<number> {
  try {
    return await probePort(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
    throw trouble(`Port ${port} ${why}. Stop what holds it, or choose another one with ${variable}.`);
  }
}
