// How this service speaks in JSON.
import { type Manner, speaking } from '../../../shared/dialect/dialect.ts';
import { FAULT, faultOf, faultReply } from './errors.ts';

export const manner: Manner = {
  tag: 'Identity',
  mount: '/identity',
  media: 'application/json',
  consumes: 'json',
  spell: (problem) => faultReply(faultOf(problem)),
  fault: () => faultReply(FAULT),
};
export const identity = speaking(manner);
