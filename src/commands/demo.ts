import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../exit.ts';
import type { PlexServer } from '../simulator/plex-server.ts';
import { startPlexServer } from '../simulator/plex-server.ts';
import type { Context } from './context.ts';

/** One command line of the demo, and the exit code it is expected to end with. */
type Step = { readonly say: string; readonly args: readonly string[]; readonly exitCode: number };

const LIBRARY = { key: '1', title: 'Scenes', locations: ['/media'] };
const LANTERN_ROW = '/media/North Quay/lantern-row.mp4';
const TIDE_TABLES = '/media/South Quay/01.mp4';
const NEW_PIER = '/media/North Quay/new-pier.mp4';

const ENQUEUE: readonly Step[] = [
  {
    say: 'Three edits go into the queue. No server is asked for that.',
    args: [
      'enqueue',
      '101',
      '--path',
      LANTERN_ROW,
      '--title',
      'Lantern Row',
      '--studio',
      'North Quay',
      '--performer',
      'Ada Quay',
      '--tag',
      'harbour',
    ],
    exitCode: EXIT.done,
  },
  { say: '', args: ['enqueue', '102', '--path', TIDE_TABLES, '--title', 'Tide Tables'], exitCode: EXIT.done },
  { say: '', args: ['enqueue', '103', '--path', NEW_PIER, '--title', 'New Pier'], exitCode: EXIT.done },
];

const DRAIN: readonly Step[] = [
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

/** Shows the whole way against a simulated Plex on loopback, in a temporary directory that is removed afterwards. */
export async function run({ output, env }: Context): Promise<number> {
  const plex = await startPlexServer({ sections: [LIBRARY] });
  const dataDir = mkdtempSync(join(tmpdir(), 'plexsync-demo-'));
  const play = async (steps: readonly Step[]): Promise<boolean> => {
    for (const step of steps) {
      if (step.say !== '') output.result(`\n# ${step.say}`);
      output.result(`$ plexsync ${step.args.map(shellWord).join(' ')}`);
      const exitCode = await runBin(step.args, {
        ...withoutOurs(env),
        PLEXSYNC_DATA_DIR: dataDir,
        PLEX_URL: plex.url,
        PLEX_TOKEN: plex.token,
      });
      if (exitCode === step.exitCode) continue;
      output.log(
        'error',
        `plexsync demo: the last command ended with ${exitCode}, expected was ${step.exitCode}. Please report this.`,
      );
      return false;
    }
    return true;
  };
  try {
    output.result(`# A simulated Plex listens on ${plex.url}; nothing of yours is touched.`);
    const lanternRow = plex.addItem({ sectionKey: LIBRARY.key, file: LANTERN_ROW, title: 'lantern-row' });
    plex.addItem({ sectionKey: LIBRARY.key, file: '/media/East Quay/01.mp4', title: 'Somebody else’s scene' });
    if (!(await play(ENQUEUE)) || !(await play(DRAIN))) return EXIT.bug;
    output.result(`\n# What Plex shows now:\n${describe(plex, lanternRow)}`);
    if (!(await play(LOOK))) return EXIT.bug;
    const added = [TIDE_TABLES, NEW_PIER].map((file) => plex.addItem({ sectionKey: LIBRARY.key, file }));
    if (!(await play(AGAIN))) return EXIT.bug;
    output.result(
      `\n# What Plex shows now:\n${[lanternRow, ...added].map((ratingKey) => describe(plex, ratingKey)).join('\n')}`,
    );
    return EXIT.done;
  } finally {
    await plex.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Both streams of a step go to ours, so that log and result stay in order. */
const STDOUT = 1;

async function runBin(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
      env,
      stdio: ['ignore', STDOUT, STDOUT],
    });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

/** The demo must not read a user's settings, nor speak to their server. */
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
    item.locked.length > 0 && `locked: ${item.locked.join(', ')}`,
  ];
  return `  ${parts.filter(Boolean).join(' · ')}`;
}

function shellWord(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `"${word}"`;
}
