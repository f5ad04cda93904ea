/** Finds the guards in a source text, and instruments them so that each can be removed while the code runs. Pure. */
import { parseAst } from 'rolldown/parseAst';
import type { ESTree } from 'rolldown/utils';
import { Visitor } from 'rolldown/utils';

/** A condition in a source text, and the values that mutants use instead. */
export type Guard = {
  /** From 1. */
  readonly line: number;
  /** How a person finds it again, on one line: no line number, so that it outlives a shift. */
  readonly text: string;
  /** Where the deciding expression stands, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly mutants: readonly Instead[];
};

/** The value that a mutant uses: `false` removes a guard, `undefined` a default. */
export type Instead = 'false' | 'true' | 'undefined';

/** `guards`: what returns, throws, goes on, or does something only if. `all`: whatever decides, and both ways. */
export type Breadth = 'guards' | 'all';

const LONGEST_TEXT = 160;

/** The guards of a TypeScript text, in the order of their place. */
export function findGuards(source: string, breadth: Breadth): readonly Guard[] {
  const guards: Guard[] = [];
  const add = ({ start, end }: Span, shown: string, mutants: readonly Instead[]): void => {
    const line = source.slice(0, start).split('\n').length;
    guards.push({ line, text: oneLine(shown), start, end, mutants });
  };
  const textOf = ({ start, end }: Span): string => source.slice(start, end);
  const addOperand = (side: Span, whole: Span, instead: Instead): void => {
    const before = source.slice(whole.start, side.start);
    add(side, `${before}‹${textOf(side)}›${source.slice(side.end, whole.end)}`, [instead]);
  };
  const isAll = breadth === 'all';
  new Visitor({
    IfStatement: (node) => {
      const shown = source.slice(node.start, shownEnd(node));
      if (isAll) add(node.test, shown, ['false', 'true']);
      else if (isGuard(node)) add(node.test, shown, ['false']);
    },
    ConditionalExpression: (node) => {
      if (isAll) add(node.test, textOf(node), ['false', 'true']);
    },
    LogicalExpression: (node) => {
      if (!isAll) return;
      if (node.operator === '??') addOperand(node.right, node, 'undefined');
      // Of `&&` and `||` each side in turn is made neutral.
      else
        for (const side of [node.left, node.right]) addOperand(side, node, node.operator === '&&' ? 'true' : 'false');
    },
  }).visit(parseAst(source, { lang: 'ts' }));
  return guards.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/**
 * The same text, in which each guard asks `globalThis.__guard(id, value)` which value to use. The side effects of a
 * condition stay, and so do the line numbers. `ids` are those of `guards`, in their order.
 */
export function instrument(source: string, guards: readonly Guard[], ids: readonly string[]): string {
  const opening = guards.map(({ start, end }, index) => {
    return { at: start, rank: -end, text: `globalThis.__guard(${JSON.stringify(ids[index])}, (` };
  });
  // Where two end at once, the inner one, which starts later, is closed first.
  const closing = guards.map(({ start, end }) => ({ at: end, rank: -start, text: '))' }));
  const insertions = [...opening, ...closing].toSorted((a, b) => a.at - b.at || a.rank - b.rank);
  const places = [0, ...insertions.map(({ at }) => at), source.length];
  return places
    .slice(1)
    .map((at, index) => source.slice(places[index], at) + (insertions[index]?.text ?? ''))
    .join('');
}

type Span = { readonly start: number; readonly end: number };

/** An `if` that leaves, or one without `else`: with an `else` and no way out it is a choice between two ways. */
function isGuard({ consequent, alternate }: ESTree.IfStatement): boolean {
  return alternate === null || leaves(consequent);
}

const LEAVING = ['ReturnStatement', 'ThrowStatement', 'ContinueStatement', 'BreakStatement'];

function leaves(statement: ESTree.Statement): boolean {
  const last = statement.type === 'BlockStatement' ? statement.body.at(-1) : statement;
  return last !== undefined && LEAVING.includes(last.type);
}

/** A block is left out of what is shown of an `if`; one statement tells guards with the same condition apart. */
function shownEnd({ test, consequent }: ESTree.IfStatement): number {
  return consequent.type === 'BlockStatement' ? test.end + 1 : consequent.end;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line;
}
