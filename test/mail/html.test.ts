// The template that pages and letters are written with.
import { expect, test } from 'vitest';
import { html, render } from '../../shared/html.ts';

test('text is escaped as content and in an attribute', () => {
  expect(render(html`<a title="${`"'<>&`}">${'<b>&amp;'}</a>`)).toBe(
    '<a title="&quot;&#39;&lt;&gt;&amp;">&lt;b&gt;&amp;amp;</a>',
  );
});

test('markup passes, alone and in arrays of any depth', () => {
  const items = ['a', '<'].map((each) => html`<li>${each}</li>`);
  expect(render(html`<ul>${items}${[[html`<li>z</li>`]]}</ul>`)).toBe('<ul><li>a</li><li>&lt;</li><li>z</li></ul>');
});

test('nothing and false show nothing, zero shows', () => {
  expect(render(html`[${undefined}${null}${false}${''}${0}]`)).toBe('[0]');
});

test('an object that came from JSON cannot pass for markup', () => {
  const forged = JSON.parse('{"markup":"<script>","value":"<script>"}') as never;
  expect(() => render(html`${forged}`)).toThrow(TypeError);
});
