// The one style sheet of the pages, inlined into each of them. headers.ts allows exactly these bytes by their hash.
// Not here: markup. No quotes or angle brackets are needed, and none may come in from outside.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f2ee; --sheet: #ffffff; --ink: #1d2529; --soft: #515c61; --line: #d9d8d1; --edge: #7a8488;
  --accent: #0b6357; --accent-deep: #084a41; --on-accent: #ffffff; --tint: #e6f1ee;
  --alarm: #a3211b; --alarm-tint: #fcefed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111618; --sheet: #1a2124; --ink: #e9eceb; --soft: #aab5b7; --line: #313b3f; --edge: #879397;
    --accent: #6fd0bd; --accent-deep: #93e0d1; --on-accent: #08211d; --tint: #17302d;
    --alarm: #ff9c92; --alarm-tint: #351e1d;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; display: flex; flex-direction: column;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif;
  overflow-wrap: break-word;
}
header, main, footer { width: 100%; max-width: 31rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 1.5rem); }
header { padding-block: clamp(1.5rem, 7vh, 4rem) 1.25rem; }
.wordmark {
  display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.125rem; font-weight: 650;
  letter-spacing: -.01em;
}
.wordmark svg { flex: none; width: 1.75rem; height: 1.75rem; color: var(--accent); }
.wordmark .tick { stroke: var(--on-accent); }
.sheet {
  padding: clamp(1.25rem, 5vw, 2.25rem); background: var(--sheet); border: 1px solid var(--line);
  border-radius: .875rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .05), 0 12px 32px -16px rgb(0 0 0 / .18);
}
h1 {
  margin: 0; font-size: clamp(1.375rem, 5vw, 1.625rem); line-height: 1.25; letter-spacing: -.015em;
  font-weight: 650; text-wrap: balance; hyphens: auto;
}
h2 { margin: 0; font-size: 1rem; line-height: 1.4; }
p { margin: .75rem 0 0; text-wrap: pretty; }
.lead { color: var(--soft); }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-deep); text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .375rem; }
form { margin-top: 1.75rem; display: grid; gap: 1.5rem; }
.field { display: grid; gap: .375rem; min-width: 0; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
legend { padding: 0; }
label, legend { font-weight: 600; line-height: 1.4; }
.optional { font-weight: 400; color: var(--soft); }
.hint { margin: 0; white-space: pre-line; color: var(--soft); font-size: .9375rem; line-height: 1.5; }
.pair {
  margin-top: .75rem; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr));
}
.pair .field { align-content: end; }
.pair label { font-weight: 400; }
input { font: inherit; color: inherit; accent-color: var(--accent); }
input:not([type=checkbox]) {
  width: 100%; min-height: 3rem; padding: .5rem .875rem; background: var(--sheet); border: 1px solid var(--edge);
  border-radius: .5rem;
}
input:not([type=checkbox]):hover { border-color: var(--ink); }
input:not([type=checkbox]):focus-visible { outline-offset: 1px; border-color: var(--accent); border-radius: .5rem; }
.code { letter-spacing: .15em; text-transform: uppercase; font-variant-numeric: tabular-nums; }
.choice {
  display: flex; align-items: flex-start; gap: .75rem; min-height: 2.75rem; padding-block: .625rem;
  font-weight: 400; cursor: pointer;
}
.choice input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; }
.wrong { padding-inline-start: .875rem; border-inline-start: 3px solid var(--alarm); }
.wrong input:not([type=checkbox]) { border: 2px solid var(--alarm); }
.pair .wrong { padding-inline-start: 0; border: 0; }
.error { margin: 0; color: var(--alarm); font-size: .9375rem; line-height: 1.5; font-weight: 600; }
.problems {
  margin-top: 1.5rem; padding: 1rem 1.125rem; background: var(--alarm-tint); border: 1px solid var(--alarm);
  border-radius: .5rem;
}
.problems h2, .problems a { color: var(--alarm); }
.problems ul { margin: .25rem 0 0; padding: 0; list-style: none; }
.problems li { padding-block: .5rem; }
.problems a { display: block; margin-block: -.5rem; padding-block: .625rem; min-height: 2.75rem; }
.problems p { margin-top: .25rem; }
.notice {
  margin-top: 1.5rem; padding: .875rem 1.125rem; background: var(--tint);
  border-inline-start: 3px solid var(--accent); border-radius: .25rem;
}
.button {
  display: flex; align-items: center; justify-content: center; width: 100%; min-height: 3rem; padding: .625rem 1.25rem;
  font: inherit; font-weight: 600; line-height: 1.3; text-align: center; text-decoration: none; cursor: pointer;
  background: var(--accent); color: var(--on-accent); border: 1px solid transparent; border-radius: .5rem;
}
.button:hover { background: var(--accent-deep); color: var(--on-accent); text-decoration: underline; }
.button:focus-visible { border-radius: .5rem; }
.next { margin-top: 1.75rem; display: grid; gap: .25rem; }
.next .plain { display: flex; align-items: center; min-height: 2.75rem; justify-self: start; }
form + .next { margin-top: .75rem; }
.facts { margin: 1.25rem 0 0; padding: .25rem 1.125rem; background: var(--tint); border-radius: .5rem; }
.facts + p { margin-top: 1.25rem; }
.facts div { padding-block: .625rem; }
.facts div + div { border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); font-size: .875rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
footer { padding-block: 1.5rem 2.5rem; color: var(--soft); font-size: .875rem; }
footer p { margin: 0; }
nav ul { margin: .75rem 0 0; padding: 0; display: flex; flex-wrap: wrap; column-gap: 1.5rem; list-style: none; }
nav a, nav span { display: inline-flex; align-items: center; min-width: 2.75rem; min-height: 2.75rem; }
nav a { color: inherit; }
nav a[aria-current] { font-weight: 600; color: var(--ink); text-decoration: none; }
@media (min-width: 40rem) { header { padding-top: clamp(2rem, 10vh, 6rem); } }
@media (prefers-reduced-motion: no-preference) {
  a, .button, input { transition: background-color .12s, border-color .12s, color .12s; }
}
@media (prefers-contrast: more) {
  :root { --soft: var(--ink); --line: var(--edge); }
}
@media (forced-colors: active) {
  .button { border-color: ButtonText; }
  .problems, .notice, .facts { border: 1px solid CanvasText; }
  .wordmark .tick { stroke: Canvas; }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --ink: #000; --soft: #333; }
  body { display: block; }
  .sheet { padding: 0; border: 0; box-shadow: none; }
  nav, .button { display: none; }
}
`;
