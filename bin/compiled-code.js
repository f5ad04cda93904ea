/**
 * Loads the built files with what V8 compiled of them in earlier runs: a start then takes a tenth to a third less.
 *
 * Node's own cache keeps of a file only what is compiled while it loads. V8 compiles a function when it is called first,
 * which is most of what a short run does. So what the first runs of a command used is kept here, in one file a command.
 */
const fs = require('node:fs');
const { basename, dirname, join } = require('node:path');
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
  const kept = keptIn && openKept(keptIn, build);
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
      cachedData: codeOf(kept, name),
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
  const loaded = [...scripts];
  const isSound = ([name, { cachedDataRejected }]) => !kept?.places.has(name) || cachedDataRejected === false;
  const { runs, places } = kept && loaded.every(isSound) ? kept : { runs: 0, places: new Map() };
  if (runs >= RUNS && loaded.every(([name]) => places.has(name))) return undefined;
  const others = [...places.keys()].filter((name) => !scripts.has(name)).map((name) => [name, codeOf(kept, name)]);
  const used = loaded.map(([name, script]) => [name, script.createCachedData()]);
  return { runs: runs + 1, code: [...others, ...used].filter(([, bytes]) => bytes !== undefined) };
}

/** @throws where the file is gone, an error as Node throws it for a module that it does not find. */
function sourceOf(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch (error) {
    require.resolve(file);
    throw error;
  }
}

/** A head of JSON, filled up with blanks. */
const HEAD_BYTES = 4_096;

/**
 * A kept file is one text twice: a head, and behind it the code of each built file. V8 does not see whether code is
 * damaged, and would run it; two copies that are the same are not. To load what makes a checksum takes ten times as long.
 * The file stays open: another run may put a new one in its place.
 */
function openKept(keptIn, build) {
  let opened;
  try {
    opened = fs.openSync(keptIn, 'r');
    const copies = { opened, apart: fs.fstatSync(opened).size / 2 };
    const head = JSON.parse(bytesOf(copies, 0, HEAD_BYTES));
    if (head.build === build) return { runs: head.runs, places: new Map(head.places), copies };
  } catch {
    // There is none yet, or it is damaged.
  }
  if (opened !== undefined) fs.closeSync(opened);
  return undefined;
}

/** The kept code of a built file; `undefined` where there is none, or it is damaged. */
function codeOf(kept, name) {
  const place = kept?.places.get(name);
  return place && bytesOf(kept.copies, ...place);
}

/** Bytes that are the same in both copies; read in parts, since memory that was not used before takes time. */
function bytesOf({ opened, apart }, from, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  if (fs.readSync(opened, bytes, 0, length, from) < length) return undefined;
  const part = Buffer.allocUnsafe(Math.min(length, 65_536));
  for (let at = 0; at < length; at += part.length) {
    const end = Math.min(at + part.length, length);
    const count = fs.readSync(opened, part, 0, end - at, apart + from + at);
    if (bytes.compare(part, 0, count, at, end) !== 0) return undefined;
  }
  return bytes;
}

/** Of another Node, a file that nobody added to for so long is probably not used any more. */
const UNUSED_MS = 30 * 86_400_000;

/** Removes what a killed run of this command, or one by an older Node, has left in the folder. */
function removeLeft(keptIn) {
  const [folder, kept] = [dirname(keptIn), basename(keptIn)];
  const ofCommand = kept.slice(0, kept.indexOf('-v') + 2);
  for (const name of fs.readdirSync(folder)) {
    if (name === kept || !name.startsWith(ofCommand)) continue;
    const file = join(folder, name);
    if (name.startsWith(`${kept}.`) || Date.now() - fs.statSync(file).mtimeMs > UNUSED_MS)
      fs.rmSync(file, { force: true });
  }
}

/** Replaces the file whole, and says nothing where that cannot be: the next run compiles again. */
function keep(keptIn, { build, runs, code }) {
  let end = HEAD_BYTES;
  const places = code.map(([name, { length }]) => {
    end += length;
    return [name, [end - length, length]];
  });
  const head = Buffer.from(JSON.stringify({ build, runs, places }).padEnd(HEAD_BYTES));
  const copy = [head, ...code.map(([, bytes]) => bytes)];
  const made = `${keptIn}.${process.pid}`;
  try {
    const opened = fs.openSync(made, 'wx', 0o600);
    try {
      for (const bytes of [...copy, ...copy]) fs.writeFileSync(opened, bytes);
      fs.fsyncSync(opened);
    } finally {
      fs.closeSync(opened);
    }
    fs.renameSync(made, keptIn);
    removeLeft(keptIn);
  } catch {
    try {
      fs.rmSync(made, { force: true });
    } catch {
      // The disk may be full, or gone.
    }
  }
}
