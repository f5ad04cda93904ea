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
};

/** A CommonJS module of getters, so that copying its names loads nothing. */
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
