// Genesys Cloud, Platform API v2: users and what stands around them. What sets passwords is in genesys/passwords.ts.
import type { Operation } from '../../shared/http/endpoint.ts';
import { aroundOperations } from './genesys/around.ts';
import { schemaOperations } from './genesys/attribute-schemas.ts';
import { besideOperations } from './genesys/beside.ts';
import { attributeOperations } from './genesys/custom-attributes.ts';
import { inviteOperations } from './genesys/invites.ts';
import { listOperations } from './genesys/lists.ts';
import { roleOperations } from './genesys/roles.ts';
import { routingOperations } from './genesys/routing.ts';
import { searchOperations } from './genesys/search.ts';
import { userOperations } from './genesys/users.ts';

export const operations: readonly Operation[] = [
  ...listOperations,
  ...userOperations,
  ...aroundOperations,
  ...searchOperations,
  ...inviteOperations,
  ...roleOperations,
  ...routingOperations,
  ...besideOperations,
  ...schemaOperations,
  ...attributeOperations,
];
