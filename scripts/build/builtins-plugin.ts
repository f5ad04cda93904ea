import { createRequire, isBuiltin } from 'node:module';
import type { Plugin } from 'rolldown';

const require = createRequire(import.meta.url);

const PREFIX = '\0builtin:';

/**
 * Loads Node's own modules when one of their exports is first used. Some of them load streams, sockets, readline and
 * more that no hook needs: some milliseconds at every start.
 */
export const builtinsPlugin: Plugin = {
  name: 'builtins',
  resolveId: (id) => (isBuiltin(id) ? { id: `${PREFIX}${id}` } : undefined),
  load: (id) =>
    id.startsWith(PREFIX) ? { code: lazyModule(id.slice(PREFIX.length)), moduleType: 'js' as const } : undefined,
  renderChunk: (code) => ({ code: withoutCopies(code) }),
};

/** What rolldown writes to give an importer a copy of a CommonJS module, here of one of Node's own. */
const COPY = /(?:[\w$]+\.)?__toESM\((?<original>(?:[\w$]+\.)?require__builtin_(?<name>\w+)\(\)), 1\)/g;

/**
 * Each chunk would copy each name of what it imports, a hundred of `node:fs` alone: 1 to 2 % of a start. A module of
 * getters is as good as its copy.
 */
function withoutCopies(code: string): string {
  const without = code.replaceAll(COPY, (copy, original: string, name: string) => (isFunction(name) ? copy : original));
  // Else a new rolldown, which writes copies in another way, would make each start slower without a word.
  const left = [...without.matchAll(ANY_COPY)].map(({ groups = {} }) => groups['name'] ?? '');
  const unexpected = left.filter((name) => !isFunction(name));
  if (unexpected.length > 0) throw new Error(`still copied name by name: ${unexpected.join(', ')}`);
  return without;
}

const ANY_COPY = /__toESM[\w$]*\((?:[\w$]+\.)?require__builtin_(?<name>\w+)\(/g;

/** Whether a module of Node is itself a function, as `stream` is: an importer needs a copy of that. */
function isFunction(name: string): boolean {
  return typeof require(name.replace(/^node_/, 'node:')) === 'function';
}

/** A CommonJS module of getters: a name is there before Node's module is loaded. */
function lazyModule(path: string): string {
  const exported = require(path) as object;
  // Of a module that is a class or a function, such as node:events, the value itself is what importers want.
  if (typeof exported === 'function') return `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`;
  const names = Object.keys(exported).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
  return [
    `const load = () => process.getBuiltinModule(${JSON.stringify(path)});`,
    'module.exports = { __esModule: true, get default() { return load(); },',
    ...names.map((name) => `get ${name}() { return load().${name}; },`),
    '};',
  ].join('\n');
}
