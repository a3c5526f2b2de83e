// Genesys Cloud: the contract of all languages, and what is this one's own about users.
import { beforeAll } from 'vitest';
import { operations as passwords } from '../../functions/dialects/genesys/passwords.ts';
import { operations as main } from '../../functions/dialects/genesys.ts';
import { type TestService, testService } from '../support/service.ts';
import { newWorld, type World } from '../support/world.ts';
import { contract } from './contract.ts';
import { genesys } from './genesys-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

contract(genesys, [...main, ...passwords], () => ({ service, world, other }));
