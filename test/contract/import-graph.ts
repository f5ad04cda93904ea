/** What each source file imports, including type imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** An import of a source file, of an npm package or of Node; `lazy`: loaded when it is asked for. */
export type Import = { readonly to: string; readonly how: 'value' | 'type' | 'lazy' };

const STATIC = /^(?:import|export) (type )?(?:[^;']*? from )?'([^']+)';/gms;
const LAZY = /\bimport\('([^']+)'\)/g;

/** Every file below src, with its imports. */
export function readImports(): ReadonlyMap<string, readonly Import[]> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(files.map((name) => [join('src', name), importsIn(join('src', name))]));
}

function importsIn(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const target = (path: string): string => (path.startsWith('.') ? normalize(join(dirname(file), path)) : path);
  const fixed = [...text.matchAll(STATIC)].map(
    ([, type, path = '']): Import => ({ to: target(path), how: type === undefined ? 'value' : 'type' }),
  );
  const lazy = [...text.matchAll(LAZY)].map(([, path = '']): Import => ({ to: target(path), how: 'lazy' }));
  return [...fixed, ...lazy];
}

/** The import cycles, each as the files in it. */
export function cyclesIn(graph: ReadonlyMap<string, readonly Import[]>): readonly (readonly string[])[] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const inCycle = [...graph.keys()].filter((file) => reached.get(file)?.has(file));
  const cycles = inCycle.map((file) => inCycle.filter((other) => isMutual(file, other, reached)).toSorted());
  return [...new Map(cycles.map((cycle) => [cycle.join(), cycle])).values()];
}

function isMutual(a: string, b: string, reached: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return reached.get(a)?.has(b) === true && reached.get(b)?.has(a) === true;
}

/** Every file that a file imports, directly or not. */
function reachedFrom(file: string, graph: ReadonlyMap<string, readonly Import[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { to } of graph.get(next) ?? []) {
      if (seen.has(to) || !graph.has(to)) continue;
      seen.add(to);
      waiting.push(to);
    }
  }
  return seen;
}
