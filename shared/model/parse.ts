// What a schema says of an input, in the directory's own words: the value, or the refusal with every broken rule.
import * as v from 'valibot';
import type { Issue, Problem } from './problem.ts';

/** Broken rules that a refusal names at most. */
const MOST_ISSUES = 20;

/** The parsed value, or the problem: `input-invalid` with JSON Pointers that begin with `at`, or `email-unsupported`. */
export function readBy<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  at = '',
): { output: v.InferOutput<S> } | { problem: Problem } {
  const result = v.safeParse(schema, input);
  if (result.success) return { output: result.output };
  const issues = result.issues.slice(0, MOST_ISSUES).map((issue) => toIssue(issue, at));
  // An address of an unsupported form has a code of its own: clients tell people about it in other words.
  const onlyAddress = result.issues.every((issue) => issue.type === 'raw_transform');
  return { problem: { code: onlyAddress ? 'email-unsupported' : 'input-invalid', issues } };
}

function toIssue(issue: v.BaseIssue<unknown>, at: string): Issue {
  const path = (issue.path ?? []).map(({ key }) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'));
  const message = issue.type === 'strict_object' && issue.expected === 'never' ? 'is not a member here' : issue.message;
  // Names and values of strangers are not repeated at length.
  return { pointer: `${at}${path.map((key) => `/${key.slice(0, 100)}`).join('')}`, message: message.slice(0, 200) };
}
