/** The one table of who may import whom. */
import { readdirSync } from 'node:fs';

/** Who may be imported from a folder or file of src, by the beginnings of paths; what is not named is not allowed. */
export type Rule = {
  /** Folders and files of src, besides the folder itself. */
  readonly imports: readonly string[];
  /** npm packages, and `node:` for those of Node. */
  readonly packages: readonly string[];
  readonly why: string;
};

const WORDS = ['core/model/', 'core/text/'];
const DECISIONS = ['core/failures/', 'core/match/', 'core/pictures/', 'core/write/'];

const CORE: Readonly<Record<string, Rule>> = {
  'core/text/': { imports: [], packages: [], why: 'texts, whatever they are about' },
  'core/model/': { imports: ['core/text/'], packages: ['zod/mini'], why: 'the nouns, and the only schemas of core' },
  'core/failures/': { imports: WORDS, packages: [], why: 'decides by the nouns alone' },
  'core/match/': { imports: WORDS, packages: [], why: 'decides by the nouns alone' },
  'core/pictures/': { imports: WORDS, packages: [], why: 'decides by the nouns alone' },
  'core/write/': { imports: WORDS, packages: [], why: 'decides by the nouns alone' },
  'core/drain/ports/': { imports: [...WORDS, ...DECISIONS], packages: [], why: 'what steps and servers share' },
  'core/drain/servers/': {
    imports: [...WORDS, ...DECISIONS, 'core/drain/ports/'],
    packages: [],
    why: 'asks a server; a step decides when',
  },
  'core/drain/steps/': {
    imports: [...WORDS, ...DECISIONS, 'core/drain/ports/', 'core/drain/servers/'],
    packages: [],
    why: 'one step; batch.ts runs them in order',
  },
  'core/undo/': {
    imports: [...WORDS, ...DECISIONS, 'core/drain/'],
    packages: [],
    why: 'takes edits back with the servers and steps of the drain',
  },
  'core/drain/': { imports: [...WORDS, ...DECISIONS], packages: [], why: 'the drain: no edge, no Node, no package' },
};

const QUEUE: Readonly<Record<string, Rule>> = {
  'queue/store/': {
    imports: [...WORDS, 'make-directory.ts'],
    packages: ['better-sqlite3', 'node:'],
    why: 'owns the database',
  },
  'queue/tables/': { imports: ['core/', 'queue/store/'], packages: [], why: 'one file a table' },
  'queue/views/': {
    imports: ['core/', 'queue/store/', 'queue/tables/'],
    packages: [],
    why: 'what commands show, without what changes jobs',
  },
  'queue/work/': {
    imports: ['core/', 'queue/store/', 'queue/tables/'],
    packages: [],
    why: 'what changes jobs, without what commands show',
  },
};

const EDGES = ['queue/', 'file-index/', 'plex/', 'stash/', 'pictures/', 'notify/', 'spool/', 'terminal/', 'simulator/'];
const WIRED = [
  'core/',
  'settings/',
  'redact/',
  'documents/',
  ...EDGES,
  'exit.ts',
  'make-directory.ts',
  'read-bounded.ts',
  'replace-file.ts',
  'version.ts',
];

/** A command has its own folder, and what several commands share. */
const COMMANDS: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    readdirSync('src/commands').map((name): [string, Rule] => [
      `commands/${name}/`,
      {
        imports: [...WIRED, 'commands/shared/'],
        packages: ['node:'],
        why: 'a command knows no other one, and uses a package through the folder that owns it',
      },
    ]),
  ),
  'commands/plugin/hook.ts': {
    imports: [...WIRED, 'commands/plugin/', 'commands/shared/', 'commands/process/'],
    packages: ['node:'],
    why: 'a task of the plugin is to process the queue',
  },
  'commands/diff/look.ts': {
    imports: [...WIRED, 'commands/diff/', 'commands/shared/', 'commands/process/'],
    packages: ['node:'],
    why: 'it shows what process would do, so it runs the same drain',
  },
};

/** The longest name that fits a file counts. */
export const RULES: Readonly<Record<string, Rule>> = {
  ...CORE,
  ...QUEUE,
  ...COMMANDS,
  'file-index/': { imports: ['core/'], packages: ['better-sqlite3', 'node:'], why: 'owns its own database' },
  'plex/': { imports: ['core/', 'http/'], packages: ['zod/mini'], why: 'knows what Plex says; http sends' },
  'stash/': { imports: ['core/', 'http/'], packages: ['zod/mini'], why: 'knows what Stash says; http sends' },
  'http/': { imports: ['core/'], packages: ['axios', 'node:'], why: 'carries requests, whoever sends them' },
  'pictures/': {
    imports: ['core/', 'settings/file-errors.ts'],
    packages: ['node:'],
    why: 'files on this machine, and the SHA-1 of bytes',
  },
  'notify/': { imports: ['core/', 'http/'], packages: ['node:'], why: 'webhooks and programs that are told' },
  'spool/': { imports: ['core/', 'make-directory.ts'], packages: ['node:'], why: 'files and folders alone' },
  'terminal/': {
    imports: ['core/', 'documents/', 'read-bounded.ts'],
    packages: ['chalk', 'cli-table3', 'ora', 'node:'],
    why: 'the only folder that formats output',
  },
  'simulator/': {
    imports: [],
    packages: ['graphql', 'node:'],
    why: 'plays Plex and Stash, independent of our code, so that it does not repeat our bugs',
  },
  'documents/': {
    imports: ['core/'],
    packages: ['zod/mini'],
    why: 'the shape of each JSON document; read by the compiler, the man pages and tests alone',
  },
  'redact/': { imports: ['core/'], packages: [], why: 'masks what a report or a log may not tell' },
  'settings/': {
    imports: ['core/', 'make-directory.ts', 'read-bounded.ts', 'replace-file.ts'],
    packages: ['zod/mini', 'jsonc-parser', 'node:'],
    why: 'reads what a person set, and changes the file',
  },
  'command-line/': {
    imports: ['core/', 'settings/', 'terminal/', 'commands/', 'exit.ts', 'version.ts'],
    packages: ['commander', 'node:'],
    why: 'what can be typed; a command is loaded when it is typed',
  },
  'cli.ts': {
    imports: ['command-line/', 'commands/', 'core/', 'settings/', 'terminal/', 'clock.ts', 'exit.ts', 'version.ts'],
    packages: ['commander', 'node:'],
    why: 'every command line pays for what it imports',
  },
  'exit.ts': { imports: ['core/'], packages: ['node:'], why: 'from error to exit code' },
  'clock.ts': { imports: [], packages: [], why: 'the wall clock' },
  'version.ts': { imports: [], packages: [], why: 'a constant of the build' },
  'make-directory.ts': { imports: [], packages: ['node:'], why: 'one way to make a directory' },
  'read-bounded.ts': { imports: [], packages: ['node:'], why: 'one way to read what may have no end' },
  'replace-file.ts': { imports: [], packages: ['node:'], why: 'one way to write a file whole' },
};
