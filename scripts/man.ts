/** Writes the man pages into man/, from the same descriptions as `--help`; `npm run man` after changing one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { manPages } from './man-pages.ts';

mkdirSync('man', { recursive: true });
for (const [name, text] of manPages()) writeFileSync(`man/${name}`, text);
