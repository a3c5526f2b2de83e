// The Engage Identity service: users, password reset requests, contact point validations, the org; in JSON and by SOAP.
import type { Operation } from '../../shared/http/endpoint.ts';
import { jsonOperations } from './identity/json.ts';
import { soapOperations } from './identity/soap.ts';

export const operations: readonly Operation[] = [...jsonOperations, ...soapOperations];
