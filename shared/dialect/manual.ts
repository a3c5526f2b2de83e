// What the documents say of one language: how to speak it here, what of that system is served, and what is not. Data of
// the dialect, read by infra/operate/dialect-docs.ts and by tests; no function carries it.
import type { Method } from '../http/endpoint.ts';
import type { Row } from './fields.ts';

/**
 * - `full`: everything that system's own document says of it.
 * - `partial`: served, with the exceptions that the note names.
 * - `not served`: answered in that system's own manner of saying so.
 */
export type Served = 'full' | 'partial' | 'not served';

export interface ListedEndpoint {
  method: Method;
  /** As in that system's own document, behind the mount. */
  path: string;
  served: Served;
  /** Demanded of anything that is not `full`. */
  note?: string;
}

export interface Manual {
  /** The system's name in docs/attributes.json. */
  system: 'outreach' | 'genesys' | 'axway' | 'identity';
  title: string;
  /** Markdown: how to point a client here. */
  pointing: string;
  /** What differs on purpose, a sentence or two each. */
  differs: readonly string[];
  rows: readonly Row[];
  /** Attributes that no row says, by their names in docs/attributes.json: how they are served. */
  beside: Readonly<Record<string, string>>;
  endpoints: readonly ListedEndpoint[];
}
