import { KINDS } from './entry.ts';

/** One rule a kind: whoever chooses it sees the scenes that have it. No script is needed for that. */
const FILTERS = KINDS.map((kind) => `#only-${kind}:checked ~ main > article:not(.${kind})`).join(',\n');

/** The whole style of the page. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2024; --soft: #5b6570; --line: #d8dde3; --card: #f7f9fb;
  --gone: #a40e26; --gone-back: #ffebee; --come: #116329; --come-back: #e6f6ea; --left: #7a4d00; --link: #0a58ca; }
@media (prefers-color-scheme: dark) { :root { --back: #14181c; --text: #e6e9ec; --soft: #9aa5b1; --line: #343c45;
  --card: #1c2228; --gone: #ff9aa5; --gone-back: #3b1c21; --come: #7ee29a; --come-back: #16321f; --left: #f0c674;
  --link: #7db4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 0; text-align: left; unicode-bidi: isolate; }
a { color: var(--link); }
.soft { color: var(--soft); font-size: .875rem; margin: 0; }
.warning { border: 1px solid var(--gone); border-radius: .5rem; padding: .5rem .75rem; }
.totals { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .5rem; padding: 0;
  margin: 1rem 0; list-style: none; }
.totals li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .75rem; }
.totals b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.choice { position: absolute; opacity: 0; }
.chosen { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: .2rem .75rem;
  margin: 0 .25rem .4rem 0; cursor: pointer; }
.choice:checked + .chosen { background: var(--text); color: var(--back); border-color: var(--text); }
.choice:focus-visible + .chosen { outline: 2px solid var(--link); outline-offset: 2px; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0;
  background: var(--card); content-visibility: auto; contain-intrinsic-size: auto 16rem; }
.change { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .6rem; }
h3 { font-size: .95rem; margin: 0 0 .3rem; }
h3 span { color: var(--soft); font-weight: normal; }
.change.left h3 span { color: var(--left); }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.sides > div { border: 1px solid var(--line); border-radius: .35rem; padding: .35rem .6rem; white-space: pre-wrap;
  background: var(--back); max-height: 24rem; overflow: auto; unicode-bidi: plaintext; }
.sides .gone { border-color: var(--gone); }
.sides .come { border-color: var(--come); }
.sides mark { border-radius: .2rem; color: inherit; }
.sides .gone mark { background: var(--gone-back); }
.sides .come mark { background: var(--come-back); }
.sides small { display: block; color: var(--soft); white-space: normal; }
.names { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; margin: 0; padding: 0; }
.names li { border-radius: .35rem; padding: .1rem .5rem; unicode-bidi: isolate; }
.names .come { color: var(--come); background: var(--come-back); }
.names .gone { color: var(--gone); background: var(--gone-back); }
.why { color: var(--soft); font-size: .9rem; margin: .35rem 0 0; }
.none { color: var(--soft); font-style: italic; }
@media (max-width: 520px) { body { padding: .75rem; } .sides { grid-template-columns: 1fr; }
  .totals { grid-template-columns: 1fr 1fr; } }
${FILTERS} { display: none; }
`;
