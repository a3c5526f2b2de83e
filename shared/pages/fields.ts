// The parts of a form: fields with their hints and errors, the summary of what went wrong, the button. Not here: which
// fields a page has (view.ts).
import { type Html, type HtmlValue, html } from '../html.ts';
import type { PageText } from './locales/en-US.ts';
import type { FieldName, FieldProblem } from './state.ts';

type InputName = Exclude<FieldName, 'form'>;

interface Field {
  name: InputName;
  label: string;
  /** Type, autocomplete and the like: written by us, never by a visitor. */
  attributes: Html;
  value?: string | undefined;
  hint?: string | undefined;
  optional?: boolean;
}

/** What the parts of one form share. */
export interface FormContext {
  text: PageText;
  problems: readonly FieldProblem[];
  /** Characters; a too-short problem that names no minimum means this one. */
  passwordMin: number;
}

/** One labelled input. Hint and errors are its description, in the order they are read. */
export function field(context: FormContext, { name, label, attributes, value, hint, optional }: Field): Html {
  const errors = errorsOf(context, name);
  const describedBy = [hint && `${name}-hint`, errors.length > 0 && `${name}-error`].filter(Boolean).join(' ');
  return html`<div class="field${errors.length > 0 && ' wrong'}">
<label for="${name}">${label}</label>
${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${errorLine(name, errors)}
<input id="${name}" name="${name}"${attributes}${!optional && html` required`}${
    value !== undefined && html` value="${value}"`
  }${errors.length > 0 && html` aria-invalid="true"`}${describedBy && html` aria-describedby="${describedBy}"`}>
</div>
`;
}

/** A box to tick before going on. */
export function checkbox(context: FormContext, name: InputName, label: string): Html {
  const errors = errorsOf(context, name);
  const invalid = errors.length > 0 && html` aria-invalid="true" aria-describedby="${name}-error"`;
  return html`<div class="field${errors.length > 0 && ' wrong'}">
${errorLine(name, errors)}
<label class="choice"><input type="checkbox" id="${name}" name="${name}" value="true" required${invalid}>
<span>${label}</span></label>
</div>
`;
}

/** A value that goes with the form unseen; nothing when there is none. */
export function hidden(name: string, value: string | undefined): HtmlValue {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">\n`;
}

/** `action` is a path of this page without the token: the token travels in the body only. */
export function form(action: string, fields: HtmlValue, submit: string): Html {
  return html`<form method="post" action="${action}">
${fields}<button type="submit" class="button">${submit}</button>
</form>
`;
}

/** What went wrong, ahead of the form, each linked to its field where the form shows that field. */
export function problemSummary(context: FormContext, shown: readonly FieldName[]): HtmlValue {
  if (context.problems.length === 0) return undefined;
  const items = context.problems.map((problem) => {
    const sentence = sentenceFor(context, problem);
    const linked = problem.field !== 'form' && shown.includes(problem.field);
    return html`<li>${linked ? html`<a href="#${problem.field}">${sentence}</a>` : sentence}</li>
`;
  });
  const retype = shown.includes('password') && !context.problems.some(({ field }) => field === 'password');
  return html`<div class="problems" role="alert">
<h2>${context.text.shell.problemsTitle}</h2>
<ul>
${items}</ul>
${retype && html`<p>${context.text.hints.passwordAgain}</p>`}
</div>
`;
}

function errorsOf(context: FormContext, name: InputName): string[] {
  return context.problems.filter((problem) => problem.field === name).map((problem) => sentenceFor(context, problem));
}

function errorLine(name: InputName, errors: readonly string[]): HtmlValue {
  return errors.length > 0 && html`<p class="error" id="${name}-error">${errors.join(' ')}</p>`;
}

function sentenceFor({ text, passwordMin }: FormContext, { field, code, params }: FieldProblem): string {
  if (code === 'required') return text.required[field];
  // Codes come from afar; `constructor` must not find what every object has.
  if (!Object.hasOwn(text.problems, code)) return text.unknownProblem;
  return text.problems[code as keyof PageText['problems']]({ min: params?.min ?? passwordMin, max: params?.max });
}
