#!/usr/bin/env node
// better-sqlite3 is built with N-API 10 and crashes the process on an older Node, so nothing may be loaded before this.
if (Number(process.versions.napi) < 10) {
  process.stderr.write(`plexsync needs Node 22.14 or newer, and this is ${process.version}: install a current Node.\n`);
  process.exitCode = 2;
} else {
  // Compiled code is kept in the user's own cache, not in a shared /tmp: a hook then starts some milliseconds sooner.
  const cache = process.env.XDG_CACHE_HOME || (process.env.HOME && `${process.env.HOME}/.cache`);
  if (cache) process.getBuiltinModule('node:module').enableCompileCache(`${cache}/plexsync`);
  try {
    const { main } = require('../dist/cli.cjs');
    main(process.argv.slice(2), process.env).then((exitCode) => {
      process.exitCode = exitCode;
    });
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    process.stderr.write(
      'plexsync: A part of plexsync is missing: it was replaced meanwhile, or its installation is incomplete.\n' +
        '  Run it again; if that does not help, install it again. The queue is safe.\n',
    );
    process.exitCode = 70;
  }
}
