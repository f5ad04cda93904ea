/**
 * Writes man/ and packaging/systemd: the pages from the same descriptions as `--help`, the JSON schemas from src/documents. `npm run man` after
 * changing one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { manPages } from './man-pages.ts';
import { schemaFiles } from './man-schemas.ts';
import { packagedUnits } from './packaged-units.ts';

mkdirSync('man/schemas', { recursive: true });
for (const [name, text] of manPages()) writeFileSync(`man/${name}`, text);
for (const [name, text] of packagedUnits()) writeFileSync(`packaging/systemd/${name}`, text);
for (const [name, text] of schemaFiles()) writeFileSync(`man/schemas/${name}`, text);

// npm installs the pages that are listed, and none of a directory.
const list = [...manPages().keys()].sort().map((name) => `./man/${name}`);
const packageJson = readFileSync('package.json', 'utf8');
const entry = `"man": ${JSON.stringify(list, null, 2).replaceAll('\n', '\n  ')}`;
writeFileSync(
  'package.json',
  packageJson.replace(/"man": \[[^\]]*\]/, () => entry),
);
