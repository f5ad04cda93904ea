import { nearest } from '../core/text/nearest.ts';
import { hideTokens } from './hide-tokens.ts';
import { ALL } from './outlines/commands.ts';
import { GLOBAL_OPTIONS } from './outlines/global-options.ts';
import { settingFlags } from './outlines/setting-options.ts';
import type { OptionSpec } from './outlines/spec.ts';
import { readWords } from './read-words.ts';

/**
 * Rewrites commander's errors as our own complaints: a sentence and a hint. Never shows an option's value, which may be
 * a secret.
 */
export function parseErrorOf(
  text: string,
  argv: readonly string[],
): { readonly message: string; readonly hint: string } {
  const said = withoutValue(text, argv).trimEnd();
  const first = hideTokens(said, argv);
  const hints = [suggestionFor(said, argv), dashHint(first, argv)];
  return {
    message: first.endsWith('.') ? first : `${first}.`,
    hint: hints.filter((hint) => hint !== '').join(' ') || `${nameIn(argv)} --help shows what there is.`,
  };
}

/** By our own measure, since commander's takes `foo` for `hook`. */
function suggestionFor(message: string, argv: readonly string[]): string {
  const [, kind, typed = ''] = /^unknown (option|command) '(.*)'$/s.exec(message) ?? [];
  if (kind === undefined) return '';
  const meant = nearest(typed, kind === 'option' ? optionsIn(argv).flatMap(longFlags) : commandsIn(argv));
  return meant === undefined ? '' : `Did you mean ${meant}?`;
}

function longFlags({ flags }: Pick<OptionSpec, 'flags'>): readonly string[] {
  return flags.match(/--[\w-]+/g) ?? [];
}

/** What may stand where a command is missing: those of the group, or the first words of all. */
function commandsIn(argv: readonly string[]): readonly string[] {
  const { group } = readWords(argv, ALL);
  const names = ALL.commands.map(({ name }) => name.split(' '));
  const first = names.flatMap(([word = '', second = '']) =>
    group === undefined ? [word] : word === group.name ? [second] : [],
  );
  return [...new Set(first)];
}

/** Of what a command takes as a value, a word that begins with a dash is read as an option unless it stands behind --. */
function dashHint(message: string, argv: readonly string[]): string {
  const { command } = readWords(argv, ALL);
  const takesAny = command?.operands?.some(({ values }) => values === 'values_of_setting') ?? false;
  if (!takesAny || !message.startsWith('unknown option')) return '';
  return `Before a value that begins with a dash put --: ${nameIn(argv)} KEY -- VALUE`;
}

function withoutValue(text: string, argv: readonly string[]): string {
  return (
    text
      .replace(/^error: /, '')
      // What commander says where it has shown the help instead, since there is no command.
      .replace('(outputHelp)', `${nameIn(argv)} needs a command`)
      .replace(/unknown option '([^'=]*)=.*'/s, (_match, flag: string) =>
        isSwitch(flag, argv) ? `option '${flag}' takes no value` : `unknown option '${flag}'`,
      )
      .replace(/^option '([^']*)' argument missing/, (_match, flags: string) => valueMissing(flags, argv))
      .replace(/^(option '[^']*') argument '.*' is invalid\. /s, '$1: ')
  );
}

/** Whether the command in `argv` has a switch with this name. */
function isSwitch(flag: string, argv: readonly string[]): boolean {
  return optionsIn(argv).some(({ flags }) => !flags.includes('<') && flags.split(', ').includes(flag));
}

function optionsIn(argv: readonly string[]): readonly Pick<OptionSpec, 'flags' | 'values'>[] {
  const { command } = readWords(argv, ALL);
  return [...(command?.options ?? []), ...(command?.settings ?? []).flatMap(settingFlags), ...GLOBAL_OPTIONS];
}

function valueMissing(flags: string, argv: readonly string[]): string {
  const [long = flags] = /--[\w-]+/.exec(flags) ?? [];
  return `${long} needs a value${valueWords(optionsIn(argv).find((one) => one.flags === flags))}`;
}

/** `: pretty, brief or json`: the words that the value of an option may be, where there are only some. */
export function valueWords(option: Pick<OptionSpec, 'values'> | undefined): string {
  const values = option?.values;
  return typeof values === 'object' ? `: ${values.join(', ').replace(/, ([^,]*)$/, ' or $1')}` : '';
}

/** The longest part of a command's name that was typed. */
function nameIn(argv: readonly string[]): string {
  const { command, group } = readWords(argv, ALL);
  return ['plexsync', (command ?? group)?.name ?? ''].join(' ').trimEnd();
}
