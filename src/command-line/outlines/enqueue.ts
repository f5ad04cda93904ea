import { REASSERT_VALUES } from '../../core/model/reassert.ts';
import { EXIT } from '../../exit.ts';
import { STASH_SETTINGS } from './setting-options.ts';
import type { CommandSpec, Given, OptionSpec } from './spec.ts';

/** How an inline option's text becomes a value of the scene JSON. */
type InlineKind = 'text' | 'number' | 'list';

/** The inline scene options, by the key of the scene JSON they fill. */
const INLINE_OPTIONS: readonly (OptionSpec & { readonly key: string; readonly kind: InlineKind })[] = [
  { key: 'path', flags: '--path <file>', help: 'the scene’s file, as Stash sees it', kind: 'text' },
  { key: 'title', flags: '--title <text>', help: 'title; empty leaves the one in Plex', kind: 'text' },
  { key: 'details', flags: '--details <text>', help: 'summary; empty clears it', kind: 'text' },
  { key: 'date', flags: '--date <date>', help: 'YYYY-MM-DD, YYYY-MM or YYYY; empty clears it', kind: 'text' },
  { key: 'rating100', flags: '--rating <0-100>', help: 'rating; empty or 0 clears it', kind: 'number' },
  { key: 'studio', flags: '--studio <name>', help: 'studio; empty clears it', kind: 'text' },
  { key: 'tagline', flags: '--tagline <text>', help: 'tagline; empty clears it', kind: 'text' },
  {
    key: 'performers',
    flags: '--performer <name>',
    help: 'performer; empty clears them',
    kind: 'list',
    repeatable: true,
  },
  { key: 'tags', flags: '--tag <name>', help: 'tag; empty clears them', kind: 'list', repeatable: true },
  {
    key: 'poster_url',
    flags: '--poster <file|url>',
    help: 'poster: a file of this machine, or an address at Stash; empty leaves the one in Plex',
    kind: 'text',
  },
  {
    key: 'background_url',
    flags: '--background <file|url>',
    help: 'background: the same; empty leaves the one in Plex',
    kind: 'text',
  },
];

const optionIn = (flags: string): string => flags.split(' ')[0] ?? '';
const OPTION_NAMES = Object.fromEntries(INLINE_OPTIONS.map(({ key, flags }) => [key, optionIn(flags)]));

export const ENQUEUE: CommandSpec = {
  name: 'enqueue',
  summary: 'put scenes into the queue',
  operands: [{ name: '[sceneId...]', help: 'Stash scene ids; - reads scenes from standard input', values: 'scenes' }],
  options: [
    { flags: '--file <file>', help: 'scenes as a JSON object, a JSON array or NDJSON; - is standard input' },
    { flags: '--all', help: 'every scene of Stash; asks first' },
    { flags: '--recent [24h]', help: 'the scenes that changed in Stash within this time' },
    {
      flags: '--reassert [all]',
      values: REASSERT_VALUES,
      several: 'between_commas',
      help: 'take back what was edited in Plex: all, or fields between commas; asks first',
    },
    { flags: '--dry-run', help: 'only say how many scenes that would be' },
    { flags: '-y, --yes', help: 'do not ask' },
    ...INLINE_OPTIONS,
  ],
  settings: [...STASH_SETTINGS, 'sync_poster', 'sync_background'],
  notes: [
    'In JSON, poster_url and background_url are addresses at Stash; null or empty leaves the picture in Plex alone. A file of this machine is named with --poster or --background only; process reads it, so it must still be there then. Pictures are written where sync_poster is true, as tags are where sync_tags is; a background that is given, too. Where nobody has decided, process says how many wait for that, and writes none.',
    'Where sync_poster is true, --all says before it asks how many pictures come with the scenes, and about how many bytes: those that plexsync has not written yet.',
    'With --reassert, Stash wins over what a person edited, rated or removed in Plex, once, also where preserve_plex_edits is on: the fields title, details, studio, tagline, date, rating, performers, tags and collection, or those that are named; names that others added stay. With data given by hand, that of these fields which is given. It asks for more than one scene, and what it writes can be taken back with plexsync undo. Ids go before it.',
    'No server is asked, but for --all and --recent, which ask Stash which scenes it has. A newer edit of a scene that waits is merged into it, key by key. A pipe may hold 256 MiB, a file any size.',
  ],
  examples: [
    'plexsync enqueue 123 --path /media/a.mp4 --title "Harbour Lights" --performer "Ada Quay" --tag sea',
    'plexsync enqueue 123 --path /media/a.mp4 --poster covers/harbour-lights.jpg',
    'plexsync enqueue 123 --reassert title,tags',
    'plexsync enqueue --file scenes.ndjson',
    'plexsync enqueue --all --dry-run --stash-url http://stash:9999',
    'plexsync enqueue --recent 12h --stash-url http://stash:9999',
    'jq -c ".scenes[]" export.json | plexsync enqueue -',
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ operands, given, flags, configFile }, context) => {
    const [recent, reassert] = [given.text('recent'), given.text('reassert')];
    const confirmed = given.has('yes') ? 'yes' : 'ask';
    const effect = given.has('dry-run') ? 'show_only' : 'enqueue';
    if (given.has('all') || recent !== undefined) {
      const { run } = await import('../../commands/enqueue/enqueue-from-stash.ts');
      const which = {
        all: given.has('all') ? 'all' : 'some',
        recent,
        besides: [...operands, ...namesBeside(given)],
      } as const;
      return await run({ which, reassert, confirmed, effect, flags, configFile }, context);
    }
    const { run } = await import('../../commands/enqueue/enqueue.ts');
    const inline = inlineOf(given);
    const file = given.text('file');
    const scenes = { sceneIds: operands, file, inline, optionNames: OPTION_NAMES };
    return await run({ ...scenes, reassert, confirmed, effect, configFile }, context);
  },
};

/** The ways to name scenes without asking Stash. */
function namesBeside(given: Given): readonly string[] {
  return [...Object.keys(inlineOf(given)), ...(given.text('file') === undefined ? [] : ['file'])];
}

function inlineOf(given: Given): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    INLINE_OPTIONS.flatMap(({ key, flags, kind }) => {
      const name = optionIn(flags).slice(2);
      const value = kind === 'list' ? given.list(name) : given.text(name);
      return value === undefined || (kind === 'list' && value.length === 0) ? [] : [[key, inlineValue(value, kind)]];
    }),
  );
}

function inlineValue(value: string | readonly string[], kind: InlineKind): unknown {
  if (kind === 'number') return toNumberOrText(String(value));
  // On a command line `--tag ''` means "none".
  return kind === 'list' ? (value as readonly string[]).filter((name) => name !== '') : value;
}

/** Parses a number; empty text becomes null, and other text stays as typed, so that the complaint can show it. */
function toNumberOrText(text: string): number | string | null {
  if (text.trim() === '') return null;
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}
