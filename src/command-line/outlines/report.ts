import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const REPORT: CommandSpec = {
  name: 'report',
  summary: 'fill in the template of a bug report, with everything personal masked',
  options: [
    { flags: '--scene <id>', help: 'with all that is known of this scene', values: 'scenes' },
    { flags: '-o, --output <file>', help: 'write it to this file, which must not exist yet' },
  ],
  settings: ['plex_url', 'stash_url'],
  notes: [
    'The report holds versions, settings, counts and the last log lines. Tokens, hosts, addresses, paths, titles and names are masked: the same word has the same mask within one report, and another one in the next. Works with a damaged data directory or config file too, and then says what could not be read.',
    'Read it before you post it: text that plexsync does not recognise as personal is not masked.',
  ],
  examples: ['plexsync report', 'plexsync report --scene 4711 -o report.md'],
  exitCodes: [EXIT.done, EXIT.usage],
  anyDataDir: true,
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/report/report.ts');
    return await run({ flags, configFile, scene: given.text('scene'), file: given.text('output') }, context);
  },
};
