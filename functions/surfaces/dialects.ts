// The languages of other systems.
import { type HttpSurface, hashing, plain, withoutSecrets, withSecrets } from './shape.ts';

export const dialectSurfaces: readonly HttpSurface[] = [
  {
    kind: 'http',
    name: 'outreach',
    entry: 'dialects/outreach.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: ['cursors'],
    mounts: ['/outreach'],
    dialect: '/outreach',
  },
  {
    kind: 'http',
    name: 'identity',
    entry: 'dialects/identity.ts',
    dialect: '/identity',
    ...hashing,
    ...withSecrets,
    // Of links for what is completed here, of clients for the secrets of UsernameTokens.
    keyRings: ['links', 'clients', 'cursors'],
    mounts: ['/identity'],
  },
];
