#!/usr/bin/env node
const { lstatSync, mkdirSync, statSync } = require('node:fs');
const { dirname, isAbsolute, join } = require('node:path');

/** The user's own folder for compiled code, made if need be; `undefined` where there is none. */
function cacheFolder({ XDG_CACHE_HOME, HOME, NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE }, isOurs) {
  const home = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);
  if (!home || !isAbsolute(home) || NODE_DISABLE_COMPILE_CACHE || NODE_V8_COVERAGE) return undefined;
  const folder = `${home}/plexsync`;
  try {
    if (statOf(folder) === undefined) makeFolder(home, folder, isOurs);
    // What is kept there is run, and what is old there is removed: it has to be a folder of ours, and no link to one.
    const found = lstatSync(folder);
    return found.isDirectory() && isOurs(found) ? folder : undefined;
  } catch {
    return undefined;
  }
}

const statOf = (folder) => statSync(folder, { throwIfNoEntry: false });

/**
 * One after the other: Node makes both at once by a way that never returns on a file system such as /proc. As root with
 * the home of a user nothing is made that would then be closed to them.
 */
function makeFolder(home, folder, isOurs) {
  if (statOf(home) === undefined && isOurs(statSync(dirname(home)))) mkdirSync(home, { mode: 0o700 });
  mkdirSync(folder, { mode: 0o700 });
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
  const typed = process.argv.slice(2);
  try {
    const { isOurs, loaderOf } = require('./compiled-code.js');
    const load = loaderOf(join(__dirname, '../dist'), { cache: cacheFolder(process.env, isOurs), typed });
    const { main } = load('cli.cjs');
    // All is written and closed by then. Node would clear its memory up first, which the system does faster.
    main(typed, process.env).then((exitCode) => process.exit(exitCode));
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    process.stderr.write(
      'plexsync: A part of plexsync is missing: it was replaced meanwhile, or its installation is incomplete.\n' +
        '  Run it again; if that does not help, install it again. The queue is safe.\n',
    );
    process.exitCode = 70;
  }
}
