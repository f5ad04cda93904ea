import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, signalExitCode } from '../../exit.ts';
import type { PlexServer } from '../../simulator/plex/server.ts';
import { startPlexServer } from '../../simulator/plex/server.ts';
import type { StashServer } from '../../simulator/stash/server.ts';
import { startStashServer } from '../../simulator/stash/server.ts';
import type { Output } from '../../terminal/log/output.ts';
import type { Context } from '../shared/context.ts';
import { listenForEnd } from '../shared/stop.ts';
import { demoPoster } from './demo-poster.ts';
import type { Stage, Step } from './demo-stage.ts';
import { createStage } from './demo-stage.ts';

const LIBRARY = { key: '1', title: 'Scenes', locations: ['/media'] };
const LANTERN_ROW = '/media/North Quay/lantern-row.mp4';
const TIDE_TABLES = '/media/South Quay/01.mp4';
const NEW_PIER = '/media/North Quay/new-pier.mp4';

const DRAIN: readonly Step[] = [
  { say: '', args: ['plugin', 'status'], exitCode: EXIT.done },
  {
    say: 'Two more are given by hand.',
    args: ['enqueue', '102', '--path', TIDE_TABLES, '--title', 'Tide Tables'],
    exitCode: EXIT.done,
  },
  { say: '', args: ['enqueue', '103', '--path', NEW_PIER, '--title', 'New Pier'], exitCode: EXIT.done },
  {
    say: 'One file is in Plex. Of the second, only another studio’s 01.mp4 is there. The third is not scanned yet.',
    args: ['process'],
    exitCode: EXIT.jobsFailed,
  },
];

const LOOK: readonly Step[] = [
  { say: 'What is left, and why:', args: ['stats'], exitCode: EXIT.done },
  { say: '', args: ['dlq', 'list'], exitCode: EXIT.done },
];

const AGAIN: readonly Step[] = [
  {
    say: 'Plex has now scanned both files. The dead letter is tried again; the waiting job wakes by itself.',
    args: ['dlq', 'retry', '1'],
    exitCode: EXIT.done,
  },
  { say: '', args: ['process'], exitCode: EXIT.done },
];

/**
 * Demonstrates the whole way of an edit from a simulated Stash to a simulated Plex, both on loopback, in a temporary
 * directory that is removed afterwards.
 */
export async function run(context: Context): Promise<number> {
  const stop = listenForEnd();
  const [stash, plex] = await Promise.all([startStashServer(), startPlexServer({ sections: [LIBRARY] })]);
  const dir = mkdtempSync(join(tmpdir(), 'plexsync-demo-'));
  try {
    const pluginsDir = join(dir, 'plugins');
    mkdirSync(pluginsDir);
    const env = {
      ...withoutOurs(context.env),
      PLEXSYNC_DATA_DIR: join(dir, 'data'),
      STASH_URL: stash.url,
      PLEX_URL: plex.url,
      PLEX_TOKEN: plex.token,
      PLEXSYNC_SYNC_POSTER: 'true',
    };
    const stage = createStage({ env, pluginsDir }, stop, context);
    const isDone = await show({ stash, plex, stage, pluginsDir, output: context.output });
    const signal = stop.requested();
    if (signal !== undefined) return signalExitCode(signal);
    return isDone ? EXIT.done : EXIT.bug;
  } finally {
    await Promise.all([stash.close(), plex.close()]);
    rmSync(dir, { recursive: true, force: true });
    stop.close();
  }
}

type Play = {
  readonly stash: StashServer;
  readonly plex: PlexServer;
  readonly stage: Stage;
  readonly pluginsDir: string;
  readonly output: Output;
};

/** Shows an edit reaching Plex, and what happens to scenes that Plex does not have; false when it had to end early. */
async function show({ stash, plex, stage, pluginsDir, output }: Play): Promise<boolean> {
  output.result(
    `# A simulated Stash listens on ${stash.url}, a simulated Plex on ${plex.url}; nothing of yours is touched.`,
  );
  const lanternRow = plex.addItem({ sectionKey: LIBRARY.key, file: LANTERN_ROW, title: 'lantern-row' });
  plex.addItem({
    sectionKey: LIBRARY.key,
    file: '/media/East Quay/01.mp4',
    size: 4_711,
    title: 'Somebody else’s scene',
  });
  if (!(await stage.play(install(pluginsDir)))) return false;

  output.result('\n# A scene is edited in Stash, which starts the plugin: it keeps the event and asks no server.');
  if (!(await stage.hear(editInStash(stash)))) return false;
  if (!(await stage.play(DRAIN))) return false;
  output.result(`\n# What Plex shows now:\n${describe(plex, lanternRow)}`);

  if (!(await stage.play(LOOK))) return false;
  const added = [TIDE_TABLES, NEW_PIER].map((file) => plex.addItem({ sectionKey: LIBRARY.key, file }));
  if (!(await stage.play(AGAIN))) return false;
  const shown = [lanternRow, ...added].map((ratingKey) => describe(plex, ratingKey));
  output.result(`\n# What Plex shows now:\n${shown.join('\n')}`);
  output.result(
    '\n# That was all, and it is gone again. Next, for your own Plex: plexsync init, then plexsync doctor.',
  );
  return true;
}

function install(pluginsDir: string): readonly Step[] {
  const args = ['plugin', 'install', '--plugins-dir', pluginsDir, '--yes'];
  return [{ say: 'Stash gets the plugin.', args, exitCode: EXIT.done }];
}

/** Saves a scene in Stash; returns what Stash sends to the plugin. */
function editInStash(stash: StashServer): string {
  const scene = stash.addScene({ files: [LANTERN_ROW] });
  return stash.editScene(scene, {
    title: 'Lantern Row',
    studio: 'North Quay',
    performers: ['Ada Quay'],
    tags: ['harbour'],
    cover: demoPoster(),
  });
}

/** The demo must neither read a user's settings nor contact their server. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PLEX|PLEXSYNC|STASH)_/.test(name)));
}

function describe(plex: PlexServer, ratingKey: string): string {
  const item = plex.item(ratingKey);
  if (item === undefined) return `  item ${ratingKey} is gone`;
  const parts = [
    `"${item.title}"`,
    item.studio && `studio ${item.studio}`,
    item.roles.length > 0 && `actors ${item.roles.map(({ tag }) => tag).join(', ')}`,
    item.genres.length > 0 && `genres ${item.genres.join(', ')}`,
    posterOf(plex, item.selectedPoster),
    item.locked.length > 0 && `locked: ${item.locked.join(', ')}`,
  ];
  return `  ${parts.filter(Boolean).join(' · ')}`;
}

/** Where the poster that Plex shows comes from. */
function posterOf(plex: PlexServer, key: string | undefined): string {
  const bytes = key === undefined ? undefined : plex.pictureBytes(key);
  if (bytes === undefined) return 'poster: a frame of the video';
  return bytes.equals(demoPoster()) ? `poster: the cover from Stash, ${bytes.length} bytes` : 'poster: another picture';
}
