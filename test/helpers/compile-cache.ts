/** Loaded before each file of tests by `--import`: what the last run compiled of sources and tests is not compiled again. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/plexsync-test-code', import.meta.url));

enableCompileCache(FOLDER);
// For the processes that a test starts.
process.env['NODE_COMPILE_CACHE'] = FOLDER;
