/**
 * Writes man/: the pages from the same descriptions as `--help`, the JSON schemas from src/documents. `npm run man` after
 * changing one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { manPages } from './man-pages.ts';
import { schemaFiles } from './man-schemas.ts';

mkdirSync('man/schemas', { recursive: true });
for (const [name, text] of manPages()) writeFileSync(`man/${name}`, text);
for (const [name, text] of schemaFiles()) writeFileSync(`man/schemas/${name}`, text);
