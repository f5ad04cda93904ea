/** Bundles the sources into dist/, a chunk per command, and gathers the licences of what is bundled. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { builtinsPlugin } from './builtins-plugin.ts';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.14',
  // jsonc-parser's main file requires its parts in a way no bundler can follow.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  external: ['better-sqlite3'],
  plugins: [builtinsPlugin],
  define: { PLEXSYNC_VERSION: JSON.stringify(packageJson.version) },
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: "import { createRequire as plexsyncRequire } from 'node:module'; const require = plexsyncRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
writeFileSync('dist/meta.json', JSON.stringify(metafile));

const folders = new Set(
  Object.keys(metafile.inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
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
