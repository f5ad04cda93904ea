import { readFileSync } from 'node:fs';
import { COMMANDS, GROUPS } from '../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../src/command-line/outlines/global-options.ts';
import { rangeOf, settingFlags } from '../src/command-line/outlines/setting-options.ts';
import type { CommandSpec, OptionSpec } from '../src/command-line/outlines/spec.ts';
import { EXIT_CODE_WORDS } from '../src/exit.ts';
import type { Setting, SettingGroup } from '../src/settings/setting.ts';
import { SETTING_GROUPS } from '../src/settings/setting.ts';
import type { SettingName } from '../src/settings/table.ts';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from '../src/settings/table.ts';

/** Every man page by file name. */
export function manPages(): ReadonlyMap<string, string> {
  return new Map([
    ['plexsync.1', mainPage()],
    ...COMMANDS.map((command) => [`${pageName(command)}.1`, commandPage(command)] as const),
    ['plexsync-config.5', configPage()],
  ]);
}

function pageName({ name }: CommandSpec): string {
  return `plexsync-${name.replaceAll(' ', '-')}`;
}

function mainPage(): string {
  const commands = COMMANDS.flatMap((command) => item(command.name, command.summary));
  return page('plexsync', 1, [
    ...section('NAME', ['plexsync \\- carries scene metadata from Stash to Plex']),
    ...section('SYNOPSIS', [`${bold('plexsync')} <command> [operands] [options]`]),
    ...section('DESCRIPTION', [
      text(
        'Stash is where scene metadata is curated; Plex is where it is watched. Each edit becomes a durable job; a run finds the Plex item by its file, writes what differs, retries what may pass, and sets aside what needs a person, with the reason and the way out.',
      ),
    ]),
    ...section('COMMANDS', commands),
    ...section('GLOBAL OPTIONS', [...GLOBAL_OPTIONS.flatMap(optionItem), ...item('-h, --help', 'show help')]),
    ...section('ENVIRONMENT', [
      text('Flags go before the environment, that before the config file. An empty variable counts as not set.'),
      ...item('PLEXSYNC_DATA_DIR', 'the data directory, as --data-dir'),
      ...item('PLEXSYNC_LOG_FORMAT, PLEXSYNC_LOG_FILE', 'as --log-format and --log-file'),
      ...item('NO_COLOR', 'when not empty, no colours'),
      ...SETTING_NAMES.flatMap((name) => item(variableOf(name), `the setting ${name}, see plexsync-config(5)`)),
    ]),
    ...section('FILES', [
      text(
        'In the data directory (--data-dir, else PLEXSYNC_DATA_DIR, else $XDG_DATA_HOME/plexsync, else ~/.local/share/plexsync):',
      ),
      ...item('config.json', 'settings, see plexsync-config(5)'),
      ...item('queue.db', 'jobs, what was written to which item, runs and totals (SQLite)'),
      ...item('dlq.db', 'dead letters, in the table dead_letters (SQLite)'),
      ...item('plexsync.log, plexsync.log.1', 'the last megabytes of log'),
      ...item(
        'report-log.ndjson, report-log.ndjson.1',
        'its end with what is personal told apart, for plexsync report',
      ),
    ]),
    ...exitStatus(EXIT_CODE_WORDS.map(([code]) => code)),
    ...section(
      'EXAMPLES',
      COMMANDS.slice(0, 3).flatMap(({ examples: [first = ''] }) => example(first)),
    ),
    ...section('SEE ALSO', [
      text([...COMMANDS.map((command) => `${pageName(command)}(1)`), 'plexsync-config(5)'].join(', ')),
    ]),
  ]);
}

function commandPage(command: CommandSpec): string {
  const { name, summary, operands = [], options = [], settings = [], notes = [], examples, exitCodes } = command;
  const group = GROUPS.find((each) => name.startsWith(`${each.name} `));
  return page(pageName(command), 1, [
    ...section('NAME', [`${pageName(command)} \\- ${roff(summary)}`]),
    ...section('SYNOPSIS', [
      [bold(`plexsync ${name}`), ...operands.map((operand) => roff(operand.name)), '[options]'].join(' '),
    ]),
    ...section('DESCRIPTION', [
      text(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`),
      ...(group ? [text(`Part of plexsync ${group.name}: ${group.summary}.`)] : []),
      ...notes.map(text),
    ]),
    ...(operands.length > 0
      ? section(
          'OPERANDS',
          operands.flatMap(({ name: operand, help }) => item(operand, help)),
        )
      : []),
    ...section('OPTIONS', [
      ...options.flatMap(optionItem),
      ...settings.flatMap((setting) => settingFlags(setting).filter(({ isHidden }) => !isHidden)).flatMap(optionItem),
      ...item('-h, --help', 'show help'),
      text('The global options are in plexsync(1).'),
    ]),
    ...exitStatus([...exitCodes]),
    ...section('EXAMPLES', examples.flatMap(example)),
    ...section('SEE ALSO', [text('plexsync(1), plexsync-config(5)')]),
  ]);
}

function configPage(): string {
  const groups = Object.keys(SETTING_GROUPS) as SettingGroup[];
  return page('plexsync-config', 5, [
    ...section('NAME', ['plexsync-config \\- settings of plexsync']),
    ...section('DESCRIPTION', [
      text(
        'The config file is one JSON object whose keys are the settings below: config.json in the data directory, or the file given with --config. A flag goes before the environment, that before the file, that before the default. A name that is not known is refused.',
      ),
      text('Durations are written 90s, 5m, 24h or 7d; a bare number is in the unit that the range shows.'),
    ]),
    ...groups.flatMap((group) =>
      section(
        SETTING_GROUPS[group].toUpperCase(),
        SETTING_NAMES.filter((name) => SETTINGS[name].group === group).flatMap(settingItem),
      ),
    ),
    ...section('EXAMPLES', [
      '.nf',
      '{',
      '  "plex_url": "http://plex:32400",',
      '  "plex_library": ["Scenes"],',
      '  "path_map": ["/data=/media"]',
      '}',
      '.fi',
    ]),
    ...section('SEE ALSO', [text('plexsync(1), plexsync-config-show(1), plexsync-init(1)')]),
  ]);
}

function settingItem(name: SettingName): string[] {
  const { help, type, fallback }: Setting = SETTINGS[name];
  const range = type.kind === 'switch' ? ['true or false'] : rangeOf(type);
  const shown = Array.isArray(fallback) || fallback === undefined ? 'none' : String(fallback);
  const flag = type.kind === 'switch' ? `--[no-]${flagOf(name)}` : `--${flagOf(name)}`;
  return item(name, `${help}. ${[...range, `default: ${shown}`, variableOf(name), flag].join('; ')}.`);
}

function exitStatus(codes: readonly (number | string)[]): string[] {
  const known = EXIT_CODE_WORDS.filter(([code]) => codes.includes(code));
  return section(
    'EXIT STATUS',
    known.flatMap(([code, meaning]) => item(String(code), meaning)),
  );
}

function page(name: string, chapter: 1 | 5, body: readonly string[]): string {
  return [
    '.\\" Made by scripts/man.ts from the descriptions of the commands; change it there.',
    `.TH "${name.toUpperCase()}" "${chapter}" "${releaseDate()}" "plexsync ${version()}" "plexsync manual"`,
    '.nh',
    ...body,
    '',
  ].join('\n');
}

/** A section begins a paragraph by itself. */
function section(title: string, [first = '', ...rest]: readonly string[]): string[] {
  const begun = first.replace(/^\.PP(\n|$)/, '');
  return [`.SH ${title}`, ...(begun === '' ? [] : [begun]), ...rest];
}

/** The date of the newest release in the changelog, so that the pages of one version are the same wherever they are made. */
export function releaseDate(changelog = readFileSync('CHANGELOG.md', 'utf8')): string {
  return /^## \[\d[^\]]*\] - (\d{4}-\d{2}-\d{2})$/m.exec(changelog)?.[1] ?? BEFORE_THE_FIRST_RELEASE;
}

const BEFORE_THE_FIRST_RELEASE = '2026-11-26';

function version(): string {
  return (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
}

function optionItem({ flags, help }: OptionSpec): string[] {
  return item(flags, help);
}

function item(term: string, description: string): string[] {
  return ['.TP', bold(term), ...filled(description)];
}

function example(line: string): string[] {
  return ['.PP', '.nf', roff(line), '.fi'];
}

function text(paragraph: string): string {
  return ['.PP', ...filled(paragraph)].join('\n');
}

/** Text in lines of a readable length; roff fills its paragraphs anew. */
function filled(paragraph: string): string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map(roff);
}

/** Signs of roff make a line longer: mandoc complains beyond 80 bytes. */
const LINE_LENGTH = 70;

function bold(words: string): string {
  return `\\fB${roff(words)}\\fR`;
}

/** Text as roff takes it: its own signs are said otherwise, and a line may not begin as a request does. */
function roff(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
