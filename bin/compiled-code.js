/**
 * Loads the built files with what V8 compiled of them in earlier runs: a start then takes a tenth to a third less.
 *
 * Node's own cache keeps of a file only what is compiled while it loads. V8 compiles a function when it is called first,
 * which is most of what a short run does. So what the first runs of a command used is kept here, in one file a command.
 * Whatever is wrong with such a file costs time alone.
 */
const fs = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** Only so many runs add code, and the first alone may have found nothing to do, or no server that answers. */
const RUNS_THAT_ADD = 5;
exports.RUNS_THAT_ADD = RUNS_THAT_ADD;

/** V8 forgets functions that are not called for long: after a long run there is less to keep than after a short one. */
const LONGEST_RUN_MS = 10_000;

/** The commands with a file of their own: those that run often. All others share one. */
const FREQUENT = ['enqueue', 'hook', 'process', 'stats'];

/**
 * What loads a built file of `dist` by its name. `cache`: the folder for the compiled code; without it nothing is kept.
 * `typed`: the words of the command line.
 */
exports.loaderOf = (dist, { cache, typed }) => {
  const cli = readSource(join(dist, 'cli.cjs'));
  // The build has given it a line that is another one for every other build.
  const build = cli.text.slice(0, cli.text.indexOf('\n'));
  const keptIn = cache && join(cache, fileName(build, typed));
  const kept = keptIn && openKept(keptIn, build);
  const scripts = new Map();
  if (keptIn)
    process.on('exit', () => {
      if (process.uptime() * 1_000 > LONGEST_RUN_MS) return;
      try {
        addUsed(keptIn, { build, kept, scripts });
      } catch {
        // The disk may be full, or the folder not ours to write to.
      }
    });
  return function load(name) {
    const file = join(dist, name);
    const known = require.cache[file];
    if (known !== undefined) return known.exports;
    const { text, modifiedMs } = name === 'cli.cjs' ? cli : readSource(file);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
      filename: file,
      cachedData: codeOf(kept, name, modifiedMs),
    });
    scripts.set(name, { script, modifiedMs });
    return exportsOf(script, file, (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id)));
  };
};

/** V8 takes code only where it runs with the flags that it was made with. */
function fileName(build, typed) {
  const command = typed.find((word) => FREQUENT.includes(word)) ?? 'others';
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  return `${command}-${process.version}-${process.arch}-${shortHash(build + flags)}.code`;
}

function shortHash(text) {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash >>> 0).toString(36);
}

/** @throws where the file is gone, an error as Node throws it for a module that it does not find. */
function readSource(file) {
  try {
    // The build writes ASCII alone. A file that a person edits by hand has another time, if not another length.
    return { text: fs.readFileSync(file, 'latin1'), modifiedMs: fs.statSync(file).mtimeMs };
  } catch (error) {
    require.resolve(file);
    throw error;
  }
}

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

/** A head of JSON, filled up with blanks. */
const HEAD_BYTES = 16_384;

/**
 * A kept file is one text twice: a head, and behind it the code of each built file. V8 does not see whether code is
 * damaged, and would run it; two copies that are the same are not. Loading `node:crypto` or `node:zlib` for a checksum
 * takes four times as long. The file stays open: another run may put a new one in its place.
 */
function openKept(keptIn, build) {
  try {
    // A pipe at its place would be waited for.
    const opened = fs.openSync(keptIn, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const { size, uid, mode } = fs.fstatSync(opened);
    const copies = { opened, copyBytes: size / 2 };
    const head = isOurs({ uid, mode }) ? JSON.parse(bytesOf(copies, 0, HEAD_BYTES)) : {};
    return head.build === build ? { runs: head.runs, places: new Map(head.places), copies } : undefined;
  } catch {
    // There is none yet, or it is damaged.
    return undefined;
  }
}

/** Whether nobody but us may have written it. Windows knows no such numbers. */
function isOurs({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
exports.isOurs = isOurs;

/** The kept code of a built file; `undefined` where there is none for the file as it is now, or it is damaged. */
function codeOf(kept, name, modifiedMs) {
  const [from, length, ofMs] = kept?.places.get(name) ?? [];
  if (from === undefined || ofMs !== modifiedMs) return undefined;
  try {
    return bytesOf(kept.copies, from, length);
  } catch {
    return undefined;
  }
}

/** Bytes that are the same in both copies; read in parts, since memory that was not used before takes time. */
function bytesOf({ opened, copyBytes }, from, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  fs.readSync(opened, bytes, 0, length, from);
  const part = Buffer.allocUnsafe(Math.min(length, 65_536));
  for (let at = 0; at < length; at += part.length) {
    const end = Math.min(at + part.length, length);
    const count = fs.readSync(opened, part, 0, end - at, copyBytes + from + at);
    if (bytes.compare(part, 0, count, at, end) !== 0) return undefined;
  }
  return bytes;
}

/** Adds to the kept code what this run has used, where not enough runs have done so. @throws where that cannot be */
function addUsed(keptIn, { build, kept, scripts }) {
  const loaded = [...scripts];
  const isTaken = ([name, { script }]) => !kept?.places.has(name) || script.cachedDataRejected === false;
  const { runs, places } = kept && loaded.every(isTaken) ? kept : { runs: 0, places: new Map() };
  if (runs >= RUNS_THAT_ADD && loaded.every(([name]) => places.has(name))) return;
  const made = `${keptIn}.${Math.random().toString(36).slice(2)}`;
  // Where it cannot be made, no time is spent on the code.
  const opened = fs.openSync(made, 'w', 0o600);
  try {
    const others = [...places].filter(([name]) => !scripts.has(name));
    const code = [
      ...others.map(([name, [, , ofMs]]) => ({ name, ofMs, bytes: codeOf(kept, name, ofMs) })),
      ...loaded.map(([name, { script, modifiedMs }]) => ({
        ...{ name, ofMs: modifiedMs },
        bytes: script.createCachedData(),
      })),
    ].filter(({ bytes }) => bytes !== undefined);
    const copy = [headOf(code, { build, runs: runs + 1 }), ...code.map(({ bytes }) => bytes)];
    for (const bytes of [...copy, ...copy]) fs.writeFileSync(opened, bytes);
    fs.closeSync(opened);
    // Windows puts no file in the place of one that is open.
    if (kept) fs.closeSync(kept.copies.opened);
    fs.renameSync(made, keptIn);
  } catch (error) {
    fs.rmSync(made, { force: true });
    throw error;
  }
  removeLeft(keptIn);
}

/** @throws where the built files are more than a head can name */
function headOf(code, { build, runs }) {
  let from = HEAD_BYTES;
  const places = code.map(({ name, ofMs, bytes: { length } }) => {
    from += length;
    return [name, [from - length, length, ofMs]];
  });
  const head = JSON.stringify({ build, runs, places });
  if (head.length > HEAD_BYTES) throw new RangeError('too many built files');
  return Buffer.from(head.padEnd(HEAD_BYTES));
}

const HOUR_MS = 3_600_000;

/** A file of another build, Node or flags that nobody added to for so long is probably not used any more. */
const UNUSED_MS = 30 * 24 * HOUR_MS;

/** Removes what killed runs of this command, older builds and an older Node have left in the folder. */
function removeLeft(keptIn) {
  const [folder, kept] = [dirname(keptIn), basename(keptIn)];
  const ofCommand = kept.slice(0, kept.indexOf('-') + 1);
  for (const name of fs.readdirSync(folder)) {
    if (name === kept || !name.startsWith(ofCommand)) continue;
    const file = join(folder, name);
    const ageMs = Date.now() - fs.statSync(file).mtimeMs;
    if (ageMs > (name.endsWith('.code') ? UNUSED_MS : HOUR_MS)) fs.rmSync(file, { force: true });
  }
}
