// Outreach's language: the contract of all languages, and what is this one's own.
import { beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../functions/dialects/outreach.ts';
import { type TestService, testService } from '../support/service.ts';
import { newWorld, type World } from '../support/world.ts';
import { contract } from './contract.ts';
import { outreach } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

contract(outreach, operations, () => ({ service, world, other }));
