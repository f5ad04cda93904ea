import { UsageError } from './errors.ts';

/** The page that says what became of the settings and files of the Python plugin. */
export const PREDECESSOR_PAGE = 'docs/from-the-python-plugin.md';

/** The complaint about a data directory of the Python plugin. */
export function predecessorError({ path, origin }: { readonly path: string; readonly origin: string }): UsageError {
  return new UsageError(
    `${path} (from ${origin}) is a data directory of the Python plugin; it was left untouched.`,
    `Choose another directory with --data-dir: the two do not share a queue. How to move: ${PREDECESSOR_PAGE}.`,
  );
}
