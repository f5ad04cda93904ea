/** Prints the section of one version in CHANGELOG.md: `node scripts/release-notes.ts 0.2.0`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The text of a version's section, without its heading; `undefined` where there is none, or an empty one. */
export function notesOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => section.startsWith(`[${version}]`));
  const text = found?.slice(found.indexOf('\n') + 1).trim();
  return text === '' ? undefined : text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const notes = notesOf(readFileSync('CHANGELOG.md', 'utf8'), process.argv[2] ?? '');
  if (notes === undefined) {
    process.stderr.write(`CHANGELOG.md has no section for ${process.argv[2] ?? 'no version'}.\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${notes}\n`);
}
