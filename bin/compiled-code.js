/**
 * Loads the built files with what V8 compiled of them in earlier runs: a start then takes a tenth to a third less.
 *
 * Node's own cache keeps of a file only what is compiled while it loads. V8 compiles a function when it is called first,
 * which is most of what a short run does. So what the first runs of a command used is kept here, in one file a command.
 */
const { closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } =
  require('node:fs');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/** So many runs of a command add what they used: the first one may have had nothing to do, or no server to ask. */
const RUNS = 5;

/** V8 forgets what is not called for long: a longer run would keep less than a short one. */
const LONGEST_RUN_S = 10;

/**
 * What loads a built file of `folder` by its name. `keptIn`: the file for the compiled code of this command line;
 * without it nothing is kept.
 */
exports.loaderOf = (folder, keptIn) => {
  const first = sourceOf(`${folder}/cli.cjs`);
  // The build has given it a line that is another one for every other build.
  const build = first.slice(0, first.indexOf('\n'));
  const kept = keptIn && readKept(keptIn, build);
  const scripts = new Map();
  if (keptIn)
    process.on('exit', (exitCode) => {
      // What was typed wrongly may be no command at all.
      if (exitCode === 2 || process.uptime() > LONGEST_RUN_S) return;
      const grown = withUsed(scripts, kept);
      if (grown !== undefined) keep(keptIn, { build, ...grown });
    });
  return function load(name) {
    const file = `${folder}/${name}`;
    const known = require.cache[file];
    if (known !== undefined) return known.exports;
    const source = name === 'cli.cjs' ? first : sourceOf(file);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename: file,
      cachedData: kept?.code.get(name),
    });
    scripts.set(name, script);
    return exportsOf(script, file, (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id)));
  };
};

/** Runs a built file as Node runs a module. */
function exportsOf(script, file, requireFrom) {
  const loaded = new module.constructor(file, module);
  require.cache[file] = loaded;
  requireFrom.resolve = require.resolve;
  try {
    script.runInThisContext()(loaded.exports, requireFrom, loaded, file, dirname(file));
  } catch (error) {
    delete require.cache[file];
    throw error;
  }
  return loaded.exports;
}

/** The kept code with what this run has used; `undefined` where enough runs have added theirs. */
function withUsed(scripts, kept) {
  const isRefused = [...scripts.values()].some(({ cachedDataRejected }) => cachedDataRejected);
  const { runs, code } = (!isRefused && kept) || { runs: 0, code: new Map() };
  if (runs >= RUNS && [...scripts.keys()].every((name) => code.has(name))) return undefined;
  const used = [...scripts].map(([name, script]) => [name, script.createCachedData()]);
  return { runs: runs + 1, code: new Map([...code, ...used]) };
}

/** @throws where the file is gone, an error as Node throws it for a module that it does not find. */
function sourceOf(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    require.resolve(file);
    throw error;
  }
}

/**
 * A kept file is one text twice: a line of JSON, and the code of each built file. V8 does not see whether code is
 * damaged, and would run it; two copies that are the same are not. To load what makes a checksum takes ten times as long.
 */
function readKept(keptIn, build) {
  let opened;
  try {
    opened = openSync(keptIn, 'r');
    const { size } = fstatSync(opened);
    const once = Buffer.allocUnsafeSlow(size / 2);
    readSync(opened, once, 0, once.length, 0);
    if (!isFollowedBy(opened, once)) return undefined;
    let at = once.indexOf('\n') + 1;
    const { runs, lengths, ...head } = JSON.parse(once.toString('latin1', 0, at));
    if (head.build !== build) return undefined;
    const code = new Map();
    for (const [name, length] of lengths) {
      code.set(name, once.subarray(at, at + length));
      at += length;
    }
    return at === once.length ? { runs, code } : undefined;
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Whether the same bytes follow in the file; read in parts, since memory that was not used before takes time. */
function isFollowedBy(opened, bytes) {
  const part = Buffer.allocUnsafeSlow(65_536);
  for (let at = 0; at < bytes.length; at += part.length) {
    const end = Math.min(at + part.length, bytes.length);
    const length = readSync(opened, part, 0, end - at, bytes.length + at);
    if (bytes.compare(part, 0, length, at, end) !== 0) return false;
  }
  return true;
}

/** Replaces the file whole, and says nothing where that cannot be: the next run compiles again. */
function keep(keptIn, { build, runs, code }) {
  const lengths = [...code].map(([name, { length }]) => [name, length]);
  const text = Buffer.concat([Buffer.from(`${JSON.stringify({ build, runs, lengths })}\n`), ...code.values()]);
  const made = `${keptIn}.${process.pid}`;
  try {
    const opened = openSync(made, 'wx', 0o600);
    try {
      for (const copy of [text, text]) writeFileSync(opened, copy);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(made, keptIn);
  } catch {
    try {
      rmSync(made, { force: true });
    } catch {
      // The disk may be full, or gone.
    }
  }
}
