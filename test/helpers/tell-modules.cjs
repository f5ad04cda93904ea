/** Loaded before the bin: writes which of Node's own modules a process has loaded, once it ends. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const names = process.moduleLoadList.filter((entry) => entry.startsWith('NativeModule '));
  writeFileSync(process.env.LOADED_MODULES, names.map((entry) => entry.slice('NativeModule '.length)).join('\n'));
});
