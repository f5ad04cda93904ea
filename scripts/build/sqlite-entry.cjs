/** better-sqlite3 as it is bundled: its own JavaScript, and a shorter way to its addon. */
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const createDatabase = require('better-sqlite3/lib/database.js');

/** Where npm puts it for a global install, and beside us for one into a project: asking Node takes longer than opening it. */
const PLACES = ['../node_modules/better-sqlite3', '../../better-sqlite3'].map((place) => join(__dirname, place));

let addon;

module.exports = createDatabase(() => {
  const place = PLACES.find((folder) => existsSync(`${folder}/package.json`));
  addon ??= loadAddon(place ?? dirname(require.resolve('better-sqlite3/package.json')));
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
