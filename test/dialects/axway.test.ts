// The Amplify Platform's language holds what every language must.
import { beforeAll, describe } from 'vitest';
import { operations as passwords } from '../../functions/dialects/axway/passwords.ts';
import { operations as serviceAccounts } from '../../functions/dialects/axway/service-accounts.ts';
import { operations as signIn } from '../../functions/dialects/axway/sign-in.ts';
import { operations } from '../../functions/dialects/axway.ts';
import { type TestService, testService } from '../support/service.ts';
import { newWorld, type World } from '../support/world.ts';
import { axway } from './axway-speaker.ts';
import { contract } from './contract.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

describe('the Amplify Platform', () => {
  contract(axway, [...operations, ...signIn, ...passwords, ...serviceAccounts], () => ({ service, world, other }));
});
