import type { PathMapping } from '../core/match/paths.ts';
import type { Personal, Sentence } from '../core/text/sentence.ts';
import { asName, listed, ours, say } from '../core/text/sentence.ts';
import { shellPaths, shellWord } from '../core/text/shell-word.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';
import { flagOf, libraryText, variableOf } from './table.ts';

/** What a change rests on: where the settings come from, and the data directory that holds their file. */
export type ConfigPlace = {
  readonly loaded: LoadedSettings;
  readonly dataDir: { readonly path: string; readonly origin: string };
};

type OptionsPlace = Pick<ConfigPlace, 'dataDir'> & { readonly loaded: Pick<LoadedSettings, 'configFile'> };

/** A list setting with one more entry, as each source would have to say it. */
type Change = {
  readonly name: SettingName;
  /** Each entry as one word for a shell. */
  readonly words: readonly Sentence[];
  /** All of them as one word for a shell. */
  readonly whole: Sentence;
};

/**
 * The line that makes a change where the value comes from: flags for a flag, an `export` for the environment, and else
 * the command that writes the config file. A weaker source would not be heard.
 */
function lineFor({ name, words, whole }: Change, place: ConfigPlace): Sentence {
  switch (place.loaded.origins[name].kind) {
    case 'flag':
      return listed(
        words.map((word) => say`--${ours(flagOf(name))} ${word}`),
        ' ',
      );
    case 'environment':
      return say`export ${ours(variableOf(name))}=${whole}`;
    case 'file':
    case 'default':
      return say`plexsync config set ${ours(name)} ${listed(words, ' ')}${placeOptions(place)}`;
  }
}

/** The options that lead a proposed command to the same place: the one that proposes it may have been pointed elsewhere. */
export function placeOptions({ dataDir, loaded: { configFile } }: OptionsPlace): Sentence {
  const dir = dataDir.origin === '--data-dir' ? say` --data-dir ${shellPaths([dataDir.path])}` : ours('');
  return configFile === undefined ? dir : say`${dir} --config ${shellPaths([configFile])}`;
}

/** The line that has plexsync look in one more library, besides those that are set. */
export function libraryLine(place: ConfigPlace, title: string): Sentence {
  const titles = [...place.loaded.settings.plex_library.map(libraryText), title];
  return lineFor(
    { name: 'plex_library', words: titles.map((one) => shellName([one])), whole: shellName(titles) },
    place,
  );
}

/** The line that sets these mappings instead of those that are set. */
export function pathMapLine(place: ConfigPlace, mappings: readonly PathMapping[]): Sentence {
  const words = mappings.map(({ from, to }) => shellPaths([from, to]));
  const [only = ours(''), ...more] = words;
  const whole =
    more.length === 0
      ? only
      : shellPaths(
          mappings.map(({ from, to }) => `${from}=${to}`),
          ',',
        );
  return lineFor({ name: 'path_map', words, whole }, place);
}

/** The line that turns a switch on. */
export function switchOnLine(place: ConfigPlace, name: 'lock_fields'): Sentence {
  return place.loaded.origins[name].kind === 'flag'
    ? say`--${ours(flagOf(name))}`
    : lineFor({ name, words: [say`true`], whole: say`true` }, place);
}

/** Names with commas between them, as one word for a shell. */
function shellName(names: readonly string[]): Sentence {
  const word = shellWord(names.join(','));
  const isBare = word === names.join(',');
  const parts = names.map((name): Personal => asName(isBare ? name : name.replaceAll("'", String.raw`'\''`)));
  return isBare ? listed(parts, ',') : say`'${listed(parts, ',')}'`;
}
