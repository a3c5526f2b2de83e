// Random key rings for a service that lives on one machine.
import { randomBytes } from 'node:crypto';
import { type Config, RINGS } from '../../shared/config.ts';

/** Four rings, each with one version. */
export function randomRings(): Config['rings'] {
  return Object.fromEntries(RINGS.map((ring) => [ring, { json: JSON.stringify({ 1: secret() }) }]));
}

const secret = () => randomBytes(48).toString('base64url');
