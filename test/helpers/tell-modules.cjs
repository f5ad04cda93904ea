/**
 * Loaded before the bin: writes which of Node's own modules and of our stages a process has loaded, once it ends. A stage
 * is named as the build names it, such as `cli.cjs`, without its hash.
 */
const { writeFileSync } = require('node:fs');
const { basename } = require('node:path');

process.on('exit', () => {
  const names = process.moduleLoadList.filter((entry) => entry.startsWith('NativeModule '));
  const stages = Object.keys(require.cache).map((file) => basename(file).replace(/-[\w-]{8}\.cjs$/, '.cjs'));
  const modules = names.map((entry) => entry.slice('NativeModule '.length));
  writeFileSync(process.env.LOADED_MODULES, [...modules, ...stages].join('\n'));
});
