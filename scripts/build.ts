/** Bundles the sources into dist/, a chunk per command, and gathers the licences of what is bundled. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { ChunkingContext, CodeSplittingGroup, OutputBundle } from 'rolldown';
import { build } from 'rolldown';
import { asciiPlugin } from './build/ascii-plugin.ts';
import { axiosPlugin } from './build/axios-plugin.ts';
import { builtinsPlugin } from './build/builtins-plugin.ts';
import { sqlitePlugin } from './build/sqlite-plugin.ts';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/**
 * What a hook or a cron line loads, in the order in which they load it, each in one file: looking up and linking dozens
 * of small chunks would cost more than running them.
 */
const STAGES = {
  cli: 'src/cli.ts',
  enqueue: 'src/commands/enqueue/enqueue.ts',
  process: 'src/commands/process/process.ts',
  queue: 'src/commands/process/queue-run.ts',
  // Used by the next two, of which a run shall load one.
  stop: 'src/commands/shared/stop.ts',
  stats: 'src/commands/stats/stats.ts',
  drain: 'src/commands/process/drain-run.ts',
  // For lines that the first stage leaves to it.
  'any-line': 'src/command-line/any-line.ts',
};

/** rolldown gives an entry a file of its own, which would only load the first stage: the bin loads that itself. */
const FACADE = 'facade';

const bundled = new Set<string>();

await build({
  input: { [FACADE]: 'src/cli.ts' },
  platform: 'node',
  // jsonc-parser's main file requires its parts in a way no bundler can follow.
  resolve: { mainFields: ['module', 'main'] },
  transform: {
    target: 'node22.14',
    define: {
      PLEXSYNC_VERSION: JSON.stringify(packageJson.version),
      // axios asks for it to know a browser, and Node loads its own for the answer.
      navigator: 'undefined',
    },
  },
  plugins: [
    axiosPlugin,
    sqlitePlugin,
    builtinsPlugin,
    asciiPlugin,
    { name: 'facade', generateBundle: (_options, bundle) => dropFacade(bundle) },
    { name: 'licences', moduleParsed: ({ id }) => void bundled.add(id) },
  ],
  // A stage takes along what several commands share: an import of it is lazy all the same where the caller is.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    cleanDir: true,
    // Node starts CommonJS some milliseconds sooner than modules.
    format: 'cjs',
    charset: 'ascii',
    entryFileNames: '[name].cjs',
    chunkFileNames: ({ name }) => (name === 'cli' ? 'cli.cjs' : '[name]-[hash].cjs'),
    // The bin asks for `main` by its name.
    minifyInternalExports: false,
    // A bug report shall name functions; the names of what is local to them are 2 % of a start.
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
    comments: false,
    codeSplitting: { groups: Object.entries(STAGES).map(toGroup) },
  },
});

/** Removes the facade, once the first stage is seen to have what the bin asks for. */
function dropFacade(bundle: OutputBundle): void {
  const [facade, first] = [bundle[`${FACADE}.cjs`], bundle['cli.cjs']];
  const isEmpty = facade?.type === 'chunk' && Object.keys(facade.modules).length === 0;
  if (!isEmpty || first?.type !== 'chunk' || !first.exports.includes('main'))
    throw new Error('rolldown lays out the first stage otherwise: the bin would not find main in dist/cli.cjs');
  delete bundle[`${FACADE}.cjs`];
  // It names the others, whose names change with what is in them: so its first line stands for all.
  first.code = `// ${createHash('sha256').update(first.code).digest('hex')}\n${first.code}`;
}

/** All modules that an entry needs at once, but those of earlier stages. */
function toGroup([stage, entry]: readonly [string, string], index: number): CodeSplittingGroup {
  let needed: ReadonlySet<string> | undefined;
  return {
    debugName: stage,
    priority: Object.keys(STAGES).length - index,
    name: (id, graph) => {
      needed ??= closureOf(resolve(entry), graph);
      return needed.has(id) ? stage : null;
    },
  };
}

function closureOf(entry: string, graph: ChunkingContext): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) visit(imported);
  };
  visit(entry);
  return seen;
}

const folders = new Set(
  [...bundled].flatMap((id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative('.', id))?.[0] ?? []),
);
const licences = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Record<
    string,
    string
  >;
  return `${name} ${version} (${license})\n\n${licenceText(folder)}`;
});
writeFileSync('THIRD-PARTY-LICENSES.txt', licences.join(`\n${'-'.repeat(78)}\n\n`));

function licenceText(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'License', 'LICENCE']) {
    try {
      return readFileSync(`${folder}/${name}`, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'No licence file in the package; see its package.json.\n';
}
