#!/usr/bin/env node
const { existsSync, mkdirSync } = require('node:fs');
const { isAbsolute } = require('node:path');

/** Node makes missing folders by a way that never returns on a file system such as /proc. */
function isMade(folder) {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}

// better-sqlite3 is built with N-API 10 and crashes the process on an older Node, so nothing may be loaded before this.
if (Number(process.versions.napi) < 10) {
  process.stderr.write(`plexsync needs Node 22.14 or newer, and this is ${process.version}: install a current Node.\n`);
  process.exitCode = 2;
} else {
  // The first process of a container ignores a signal that it does not listen to. Elsewhere the system ends us at once,
  // whatever we wait for.
  if (process.pid === 1)
    for (const [signal, exitCode] of [
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ])
      process.on(signal, () => {
        // A command with work to settle listens too, and ends by itself.
        if (process.listenerCount(signal) === 1) process.exit(exitCode);
      });
  // Compiled code is kept in the user's own cache, not in a shared /tmp: a hook then starts some milliseconds sooner.
  const cache = process.env.XDG_CACHE_HOME || (process.env.HOME && `${process.env.HOME}/.cache`);
  if (cache && isAbsolute(cache) && isMade(cache) && isMade(`${cache}/plexsync`))
    process.getBuiltinModule('node:module').enableCompileCache(`${cache}/plexsync`);
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
