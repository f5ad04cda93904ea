/**
 * What can be known of a release before it is made: `npm run release:check`, or `-- v0.2.0` for a tag. Prints what is
 * wrong, and ends with 1 then.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { notesOf } from './release-notes.ts';
import { shippedFaults } from './shipped-files.ts';

/** What a release is made of. */
export type Release = {
  readonly version: string;
  /** As pushed, with its `v`; `undefined` where none is made yet. */
  readonly tag: string | undefined;
  readonly changelog: string;
  /** The files of the package. */
  readonly packed: readonly string[];
};

const WANTED = ['bin/plexsync.js', 'dist/cli.cjs', 'README.md', 'LICENSE', 'CHANGELOG.md', 'man/plexsync.1'];

/** Everything that speaks against making the release. Without a tag the notes may still be under Unreleased. */
export function releaseFaults({ version, tag, changelog, packed }: Release): readonly string[] {
  const isTagged = tag !== undefined;
  const notes = notesOf(changelog, version) ?? (isTagged ? undefined : notesOf(changelog, 'Unreleased'));
  return [
    ...(isTagged && tag !== `v${version}` ? [`The tag is ${tag}, and package.json says ${version}.`] : []),
    ...(notes === undefined ? [`CHANGELOG.md has no section for ${version}.`] : []),
    ...(isTagged &&
    !new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').test(changelog)
      ? [`The section of ${version} in CHANGELOG.md has no date.`]
      : []),
    ...WANTED.filter((file) => !packed.includes(file)).map((file) => `The package lacks ${file}.`),
    ...packed.filter((file) => /^(src|test|scripts)\//.test(file)).map((file) => `The package holds ${file}.`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
    scripts: Record<string, string>;
  };
  const pack = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' });
  const [{ files }] = JSON.parse(pack) as [{ files: { path: string }[] }];
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const faults = [
    ...releaseFaults({ version, tag: process.argv[2], changelog, packed: files.map(({ path }) => path) }),
    ...shippedFaults({ read, scripts: Object.keys(scripts) }),
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  else process.stdout.write(`Nothing speaks against ${version}: ${files.length} files in the package.\n`);
}
