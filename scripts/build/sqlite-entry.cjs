/** better-sqlite3 as it is bundled: its own JavaScript, and a shorter way to its addon. */
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const createDatabase = require('better-sqlite3/lib/database.js');

/** Where Node looks first: asking Node takes longer than opening the addon. */
const BESIDE = join(__dirname, '../node_modules/better-sqlite3');

let addon;

module.exports = createDatabase(() => {
  addon ??= loadAddon(
    existsSync(`${BESIDE}/package.json`) ? BESIDE : dirname(require.resolve('better-sqlite3/package.json')),
  );
  return addon;
}, false);
module.exports.SqliteError = require('better-sqlite3/lib/sqlite-error.js');

function loadAddon(folder) {
  // The package itself knows what was compiled here, and which C library this is.
  const isPlain = !existsSync(`${folder}/build`) && !mayBeMusl();
  try {
    if (isPlain) return require(`${folder}/prebuilds/${process.platform}-${process.arch}.node`);
  } catch {
    // A libc of an uncommon place refuses it.
  }
  return require(`${folder}/lib/binding.js`).getBinding();
}

const MUSL_NAMES = { x64: 'x86_64', arm64: 'aarch64' };

/** Whether there is a loader of musl; one that lies elsewhere refuses the addon for glibc. */
function mayBeMusl() {
  return process.platform === 'linux' && existsSync(`/lib/ld-musl-${MUSL_NAMES[process.arch]}.so.1`);
}
