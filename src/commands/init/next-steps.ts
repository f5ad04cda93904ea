import { plainText } from '../../core/text/sentence.ts';
import { placeOptions } from '../../settings/change-words.ts';

/** A command to type next, and what it does. */
export type NextStep = { readonly command: string; readonly does: string };

type After = {
  readonly place: Parameters<typeof placeOptions>[0];
  readonly stash: 'known' | 'none';
  /** Found, and not written for want of a yes. */
  readonly leftPathMap: string | undefined;
};

/** What to do once the config file is written. */
export function nextSteps({ place, stash, leftPathMap }: After): readonly NextStep[] {
  const options = plainText(placeOptions(place));
  const steps: readonly NextStep[] =
    stash === 'known'
      ? [
          { command: 'enqueue --all --dry-run', does: 'counts the scenes, and changes nothing' },
          { command: 'enqueue --all', does: 'puts them into the queue' },
          { command: 'process --watch', does: 'writes them to Plex, then each edit' },
          { command: 'service install', does: 'has that run by itself' },
        ]
      : [
          { command: 'enqueue --help', does: 'how to put scenes into the queue without Stash' },
          { command: 'process', does: 'writes them to Plex' },
        ];
  const mapping = leftPathMap === undefined ? [] : [{ command: leftPathMap, does: 'says how Plex sees the files' }];
  return [
    ...mapping,
    ...[...steps, DOCTOR].map(({ command, does }) => ({ command: `plexsync ${command}${options}`, does })),
  ];
}

const DOCTOR: NextStep = { command: 'doctor', does: 'looks for what is wrong, at any time' };
