import { Command, Option } from 'commander';
import type { Context } from './commands/context.ts';
import type { Selection } from './commands/dlq.ts';
import { EXIT_CODES_HELP } from './help.ts';
import type { Setting, SettingName } from './settings.ts';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from './settings.ts';
import { VERSION } from './version.ts';

/** The global options, as typed. */
export type GlobalOptions = {
  readonly dataDir?: string;
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose: number;
  readonly color: boolean;
};

/** What a command does once its options are read; answers the exit code. */
export type Action = (context: Context, options: GlobalOptions) => number | Promise<number>;

/** Runs an action with the global options resolved. */
export type Perform = (options: GlobalOptions, action: Action) => Promise<void>;

/** Every command with its options, help and examples; the work itself is imported when it is asked for. */
export function createProgram(performWith: Perform): Command {
  const perform: PerformCommand = async (command, action) =>
    await performWith(command.optsWithGlobals<GlobalOptions>(), action);
  const program = new Command('plexsync')
    .description(
      'Carries scene metadata from Stash to Plex: nothing lost, nothing written to the wrong item, nothing done twice for nothing.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option(
      '-d, --data-dir <dir>',
      'where queue and dead letters are (env: PLEXSYNC_DATA_DIR, default: ~/.local/share/plexsync)',
    )
    .option('--config <file>', 'config file (default: config.json in the data directory)')
    .option('--json', 'results as JSON on stdout')
    .option('-q, --quiet', 'print nothing when all went well')
    .option('-v, --verbose', 'show more', (_value, level: number) => level + 1, 0)
    .option('--no-color', 'no colours (env: NO_COLOR)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', `\n${EXIT_CODES_HELP}`);
  program.configureOutput({
    outputError: (text, write) => {
      if (!process.argv.includes('--json')) write(`plexsync: ${commanderWords(text)}`);
    },
  });
  addEnqueue(program, perform);
  addProcess(program, perform);
  addStats(program, perform);
  addDlq(program, perform);
  addDemo(program, perform);
  return program;
}

type PerformCommand = (command: Command, action: Action) => Promise<void>;
type Register = (program: Command, perform: PerformCommand) => void;

/** Repeatable options collect; a variadic one would swallow the id that follows it. */
const collect = (value: string, list: string[] = []): string[] => [...list, value];

/** The inline scene options, by the key of the scene JSON they fill. */
const INLINE_OPTIONS: readonly (readonly [
  key: string,
  flags: string,
  help: string,
  kind: 'text' | 'number' | 'list',
])[] = [
  ['path', '--path <file>', 'the scene’s file, as Stash sees it', 'text'],
  ['title', '--title <text>', 'title', 'text'],
  ['details', '--details <text>', 'summary; empty clears it', 'text'],
  ['date', '--date <date>', 'YYYY-MM-DD, YYYY-MM or YYYY; empty clears it', 'text'],
  ['rating100', '--rating <0-100>', 'rating; empty clears it', 'number'],
  ['studio', '--studio <name>', 'studio; empty clears it', 'text'],
  ['tagline', '--tagline <text>', 'tagline; empty clears it', 'text'],
  ['performers', '--performer <name>', 'performer (repeatable); empty clears them', 'list'],
  ['tags', '--tag <name>', 'tag (repeatable); empty clears them', 'list'],
];

const addEnqueue: Register = (program, perform) => {
  const command = program
    .command('enqueue')
    .description('put scenes into the queue')
    .argument('[sceneId...]', 'Stash scene ids; - reads scenes from standard input')
    .option('--file <file>', 'scenes as a JSON object, a JSON array or NDJSON; - is standard input');
  for (const [, flags, help, kind] of INLINE_OPTIONS) {
    if (kind === 'list') command.option(flags, help, collect);
    else command.option(flags, help);
  }
  command
    .addHelpText(
      'after',
      `
Examples:
  plexsync enqueue 123 --path /media/a.mp4 --title "Harbour Lights" --performer "Ada Quay" --tag sea
  plexsync enqueue --file scenes.ndjson
  jq -c '.scenes[]' export.json | plexsync enqueue -`,
    )
    .action(async (sceneIds: string[], options: Record<string, unknown>) => {
      const inline = Object.fromEntries(
        INLINE_OPTIONS.flatMap(([key, flags, , kind]) => {
          const value = options[flags.slice(2).split(' ')[0] ?? ''];
          return value === undefined ? [] : [[key, inlineValue(value, kind)]];
        }),
      );
      await perform(command, async (context) => {
        const { run } = await import('./commands/enqueue.ts');
        return run({ sceneIds, file: options['file'] as string | undefined, inline }, context);
      });
    });
};

function inlineValue(value: unknown, kind: 'text' | 'number' | 'list'): unknown {
  if (kind === 'number') return toNumberOrText(String(value));
  // `--tag ''` is how a command line says "none".
  return kind === 'list' ? (value as string[]).filter((name) => name !== '') : value;
}

/** A number where it is one, nothing where it is empty; anything else stays as typed, so that the complaint can show it. */
function toNumberOrText(text: string): number | string | null {
  if (text.trim() === '') return null;
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

const addProcess: Register = (program, perform) => {
  const command = program
    .command('process')
    .description('write what is due to Plex, then exit')
    .option('-s, --stats-only', 'print the stats document and touch nothing')
    .option('--limit <n>', 'claim at most this many jobs')
    .option('--max-time <duration>', 'claim nothing more after this long, such as 5m')
    .option('--parallel', 'work beside another run instead of standing down')
    .option('--adopt-server', 'bind the data directory to the server at plex_url, forgetting the old one’s items');
  for (const name of SETTING_NAMES) for (const option of settingOptions(name)) command.addOption(option);
  command
    .addHelpText(
      'after',
      `
Examples:
  plexsync process --plex-url http://plex:32400 --plex-library Scenes
  plexsync process --max-time 5m --quiet        # in cron
  plexsync process --path-map /data=/media`,
    )
    .action(async (options: Record<string, unknown>) => {
      const flags = Object.fromEntries(SETTING_NAMES.map((name) => [name, options[camelCase(name)]]));
      await perform(command, async (context, { config }) => {
        const { run } = await import('./commands/process.ts');
        return await run(
          {
            flags,
            configFile: config,
            statsOnly: options['statsOnly'] === true,
            limit: options['limit'] as string | undefined,
            maxTime: options['maxTime'] as string | undefined,
            parallel: options['parallel'] === true,
            adoptServer: options['adoptServer'] === true,
          },
          context,
        );
      });
    });
};

/** The flags of a setting, out of its row in the table. Of a switch, the form that changes something is shown. */
function settingOptions(name: SettingName): readonly Option[] {
  const { help, type, fallback, value, repeatable }: Setting = SETTINGS[name];
  const flag = flagOf(name);
  if (value === undefined) {
    const [shown, hidden] = fallback === true ? [`--no-${flag}`, `--${flag}`] : [`--${flag}`, `--no-${flag}`];
    const text = `${fallback === true ? 'turn off: ' : ''}${help} (env: ${variableOf(name)}=${fallback !== true})`;
    return [new Option(shown, text), new Option(hidden).hideHelp()];
  }
  const details = [
    ...rangeOf(type),
    ...(fallback === undefined || Array.isArray(fallback) ? [] : [`default: ${String(fallback)}`]),
    `env: ${variableOf(name)}`,
    ...(repeatable ? ['repeatable'] : []),
  ];
  const option = new Option(`--${flag} ${value}`, `${help} (${details.join(', ')})`);
  return [repeatable ? option.argParser(collect) : option];
}

function rangeOf(type: Setting['type']): readonly string[] {
  if (type.kind === 'whole_number') return [`${type.min} to ${type.max}`];
  return type.kind === 'duration' ? [`${type.minS}s to ${type.maxS}s`] : [];
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

const addStats: Register = (program, perform) => {
  const command = program.command('stats').description('show queue, dead letters, circuit breaker and last run');
  command.action(async () => {
    await perform(command, async (context) => {
      const { run } = await import('./commands/stats.ts');
      return run(context);
    });
  });
};

const addDlq: Register = (program, perform) => {
  const dlq = program.command('dlq').description('dead letters: jobs that will not be tried again without a person');

  const list = dlq.command('list').description('list dead letters, newest first');
  addFilters(list).action(async (options: Record<string, unknown>) => {
    await perform(list, async (context) => {
      const commands = await import('./commands/dlq.ts');
      return await commands.list({ selection: toSelection([], options) }, context);
    });
  });

  const show = dlq.command('show').description('show one dead letter whole').argument('<id>', 'id as listed');
  show.action(async (id: string) => {
    await perform(show, async (context) => {
      const commands = await import('./commands/dlq.ts');
      return await commands.show({ id }, context);
    });
  });

  for (const [verb, help] of [
    ['retry', 'put dead letters back into the queue, under whatever is newer'],
    ['purge', 'delete dead letters for good'],
  ] as const) {
    const command = dlq.command(verb).description(help).argument('[id...]', 'ids as listed');
    addFilters(command)
      .option('--all', 'every dead letter')
      .option('-y, --yes', 'do not ask')
      .action(async (ids: string[], options: Record<string, unknown>) => {
        await perform(command, async (context) => {
          const commands = await import('./commands/dlq.ts');
          return await commands[verb]({ selection: toSelection(ids, options), yes: options['yes'] === true }, context);
        });
      });
  }
};

function addFilters(command: Command): Command {
  return command
    .option('--error-type <type>', 'only this type of error, such as PlexNotFound')
    .option('--scene <id>', 'only this scene');
}

function toSelection(ids: readonly string[], options: Record<string, unknown>): Selection {
  return {
    ids,
    errorType: options['errorType'] as string | undefined,
    scene: options['scene'] as string | undefined,
    all: options['all'] === true,
  };
}

const addDemo: Register = (program, perform) => {
  const command = program
    .command('demo')
    .description('show the whole way against a simulated Plex; needs no server, changes nothing');
  command.action(async () => {
    await perform(command, async (context) => {
      const { run } = await import('./commands/demo.ts');
      return await run(context);
    });
  });
};

/** What commander says of a wrong command line, without the value behind an unknown option: it may be a secret. */
export function commanderWords(text: string): string {
  return text.replace(/^error: /, '').replace(/(unknown option '[^'=]*)=[^']*'/, "$1'");
}
