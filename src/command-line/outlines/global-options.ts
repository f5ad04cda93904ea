import { LOG_FORMATS } from '../../terminal/log/log-format.ts';
import type { OptionSpec } from './spec.ts';

/** The options that every command accepts. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '-d, --data-dir <dir>',
    help: 'where queue and dead letters are (env: PLEXSYNC_DATA_DIR, default: ~/.local/share/plexsync)',
  },
  { flags: '--config <file>', help: 'config file (default: config.json in the data directory)' },
  { flags: '--json', help: 'results as JSON on stdout' },
  { flags: '-q, --quiet', help: 'print nothing but --json documents when all went well' },
  { flags: '-v, --verbose', help: 'show more' },
  {
    flags: '--log-format <format>',
    help: 'pretty, brief, plain, json or stash (env: PLEXSYNC_LOG_FORMAT, default: pretty)',
    values: LOG_FORMATS,
  },
  { flags: '--log-file <file>', help: 'write the log to this file too, rotated at 10 MB (env: PLEXSYNC_LOG_FILE)' },
  { flags: '--no-color', help: 'no colours (env: NO_COLOR)' },
];

/** What commander itself adds to each command, and to the program. */
export const HELP: OptionSpec = { flags: '-h, --help', help: 'show help' };
export const VERSION: OptionSpec = { flags: '-V, --version', help: 'print the version' };
