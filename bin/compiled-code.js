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
const LONGEST_KEPT_RUN_MS = 10_000;

/** A run with much to do sets flags of V8, which then refuses its code in a run without them. `node:v8` is what sets them. */
function mayHaveSetFlags() {
  return process.moduleLoadList.includes('NativeModule v8');
}

/** The commands with a file of their own: those that run often. All others share one. */
const FREQUENT = ['enqueue', 'hook', 'process', 'stats'];

/**
 * What loads a built file of `dist` by its name. `cache`: the folder for the compiled code; without it nothing is kept.
 * `typed`: the words of the command line.
 */
exports.loaderOf = (dist, { cache, typed }) => {
  const cli = readSource(join(dist, 'cli.cjs'));
  // Its first line is a hash of the build.
  const build = cli.text.slice(BEFORE.length, cli.text.indexOf('\n'));
  const keptIn = cache && join(cache, fileName(typed, [build, dist]));
  const kept = keptIn && openKept(keptIn, build);
  const scripts = new Map();
  if (keptIn)
    process.on('exit', () => {
      if (process.uptime() * 1_000 > LONGEST_KEPT_RUN_MS || mayHaveSetFlags()) return;
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
    const { text, modifiedAt } = name === 'cli.cjs' ? cli : readSource(file);
    const script = new Script(text, {
      filename: file,
      cachedData: codeOf(kept, name, modifiedAt),
    });
    scripts.set(name, { script, modifiedAt });
    return exportsOf(script, file, (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id)));
  };
};

/** V8 takes code only where it runs with the flags that it was made with. */
function fileName(typed, build) {
  const command = typed.find((word) => FREQUENT.includes(word)) ?? 'others';
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  return `${command}-${process.version}-${process.arch}-${shortHash([...build, ...flags].join(' '))}.code`;
}

/** The files of a command, and those that a killed run was about to put in their place. */
const FILE_NAME = /^(?<command>[a-z]+)-v[\d.]+[^-]*-\w+-[a-z0-9]+\.code(?<isPart>\.[a-z0-9]+)?$/;

function shortHash(text) {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash >>> 0).toString(36);
}

/** What Node puts around a module. */
const [BEFORE, AFTER] = ['(function (exports, require, module, __filename, __dirname) {', '\n})'];

/**
 * A built file as the source of a function.
 * @throws where it is gone, an error as Node throws it for a module that it does not find.
 */
function readSource(file) {
  let opened;
  try {
    opened = fs.openSync(file);
  } catch (error) {
    require.resolve(file);
    throw error;
  }
  try {
    // A file that a person edits by hand has another time, if not another length.
    const { size, mtimeMs } = fs.fstatSync(opened);
    // Put together before it is a string, or V8 would copy it once more. The build writes ASCII alone.
    const bytes = Buffer.allocUnsafeSlow(BEFORE.length + size + AFTER.length);
    let end = bytes.write(BEFORE);
    for (let read = -1; read !== 0; end += read) read = fs.readSync(opened, bytes, end, BEFORE.length + size - end);
    end += bytes.write(AFTER, end);
    return { text: bytes.toString('latin1', 0, end), modifiedAt: mtimeMs };
  } finally {
    fs.closeSync(opened);
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

/** Between the copies: a hole in a file begins and ends with a page, and leaves other parts of each copy out then. */
const GAP_BYTES = 2_048;

/**
 * A kept file has the same bytes twice: a head, and behind it the code of each built file. V8 does not see whether code
 * is damaged, and would run it, so what differs is not run. Loading `node:crypto` or `node:zlib` for a checksum takes
 * four times as long. The file stays open: another run may put a new one in its place.
 */
function openKept(keptIn, build) {
  let opened;
  try {
    // A pipe at its place would be waited for.
    opened = fs.openSync(keptIn, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const { size, uid, mode } = fs.fstatSync(opened);
    const copies = { opened, apartBytes: (size + GAP_BYTES) / 2 };
    const head = isOurs({ uid, mode }) ? JSON.parse(bytesOf(copies, 0, HEAD_BYTES)) : {};
    if (head.build === build) return { runs: head.runs, places: new Map(head.places), copies };
  } catch {
    // There is none yet, or it is damaged.
  }
  // Windows puts no file in the place of one that is open.
  if (opened !== undefined) fs.closeSync(opened);
  return undefined;
}

/** Whether nobody but us may have written it. Windows knows no such numbers. */
function isOurs({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
exports.isOurs = isOurs;

/** The kept code of a built file; `undefined` where there is none for the file as it is now, or it is damaged. */
function codeOf(kept, name, modifiedAt) {
  const [from, length, keptOf] = kept?.places.get(name) ?? [];
  if (from === undefined || keptOf !== modifiedAt) return undefined;
  try {
    return bytesOf(kept.copies, from, length);
  } catch {
    return undefined;
  }
}

/** Bytes that are the same in both copies; read in parts, since memory that was not used before takes time. */
function bytesOf({ opened, apartBytes }, from, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  fs.readSync(opened, bytes, 0, length, from);
  const part = Buffer.allocUnsafe(Math.min(length, 65_536));
  for (let at = 0; at < length; at += part.length) {
    const end = Math.min(at + part.length, length);
    const count = fs.readSync(opened, part, 0, end - at, apartBytes + from + at);
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
      ...others.map(([name, [, , modifiedAt]]) => ({ name, modifiedAt, bytes: codeOf(kept, name, modifiedAt) })),
      ...loaded.map(([name, { script, modifiedAt }]) => ({ name, modifiedAt, bytes: script.createCachedData() })),
    ].filter(({ bytes }) => bytes !== undefined);
    const copy = [headOf(code, { build, runs: runs + 1 }), ...code.map(({ bytes }) => bytes)];
    for (const bytes of [...copy, Buffer.alloc(GAP_BYTES), ...copy]) fs.writeFileSync(opened, bytes);
    // After a power cut, a file whose bytes were not on the disk yet may have zeros in both copies.
    fs.fsyncSync(opened);
    fs.closeSync(opened);
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
  const places = code.map(({ name, modifiedAt, bytes: { length } }) => {
    from += length;
    return [name, [from - length, length, modifiedAt]];
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
  const { command } = FILE_NAME.exec(kept)?.groups ?? {};
  for (const name of fs.readdirSync(folder)) {
    const found = FILE_NAME.exec(name)?.groups;
    if (name === kept || found?.command !== command) continue;
    const file = join(folder, name);
    const ageMs = Date.now() - fs.statSync(file).mtimeMs;
    if (ageMs > (found.isPart === undefined ? UNUSED_MS : HOUR_MS)) fs.rmSync(file, { force: true });
  }
}
