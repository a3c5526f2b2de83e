// A refusal to start that a person can act on: its message is all there is to print.

const NAME = 'LocalTrouble';

export const trouble = (message: string): Error => Object.assign(new Error(message), { name: NAME });
export const isTrouble = (error: unknown): error is Error => error instanceof Error && error.name === NAME;
