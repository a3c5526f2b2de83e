// Work that outlives its request: what it is, how far it has come. Not here: what each kind does.

/**
 * - `unit-delete`: the members of a deleted team or group are released.
 * - `user-erase`: whatever the directory holds of a deleted person goes.
 */
export type JobKind = 'unit-delete' | 'user-erase';

/**
 * - `waiting`: due at `dueAt`, for the first time or again.
 * - `running`: a worker holds it.
 * - `done`: nothing is left to do.
 * - `failed`: cannot go on; `failure` says why.
 */
export type JobState = 'waiting' | 'running' | 'done' | 'failed';
