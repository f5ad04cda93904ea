import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { plainText } from '../../../src/core/text/sentence.ts';
import { libraryLine, pathMapLine } from '../../../src/settings/change-words.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import { scratchDir } from '../../helpers/scratch.ts';

const AT_HOME = { path: '/nowhere', origin: 'the default' };

const load = async (from: { flags?: object; env?: NodeJS.ProcessEnv; configFile?: string }) =>
  await loadSettings({ flags: {}, env: {}, dataDir: '/nowhere', configFile: undefined, ...from });

test('the line for a change is the one of the source that counts', async () => {
  const mappings = [
    { from: '/data', to: '/media' },
    { from: '/my films', to: '/it’s/here' },
  ];
  const said = async (from: Parameters<typeof load>[0]) =>
    plainText(pathMapLine({ loaded: await load(from), dataDir: AT_HOME }, mappings));
  assert.equal(await said({}), `plexsync config set path_map /data=/media '/my films=/it’s/here'`);
  assert.equal(
    await said({ env: { PLEXSYNC_PATH_MAP: '/a=/b' } }),
    `export PLEXSYNC_PATH_MAP='/data=/media,/my films=/it’s/here'`,
  );
  assert.equal(
    await said({ flags: { path_map: ['/a=/b'] } }),
    `--path-map /data=/media --path-map '/my films=/it’s/here'`,
  );
});

test('a library comes behind those that are set, each as it was typed and quoted where a shell needs it', async () => {
  const said = async (from: Parameters<typeof load>[0], title: string) =>
    plainText(libraryLine({ loaded: await load(from), dataDir: AT_HOME }, title));
  assert.equal(
    await said({ flags: { plex_library: ['A'] } }, `It's B`),
    String.raw`--plex-library A --plex-library 'It'\''s B'`,
  );
  assert.equal(await said({ env: { PLEX_LIBRARY: 'A, B,C' } }, 'D'), `export PLEX_LIBRARY='A, B,C,D'`);
});

test('a command that writes the file is pointed where this one was', async (t) => {
  const config = join(scratchDir(t, 'named'), 'plexsync.json');
  writeFileSync(config, '{}');
  const place = {
    loaded: await load({ configFile: config }),
    dataDir: { path: '/srv/plex sync', origin: '--data-dir' },
  };
  assert.equal(
    plainText(pathMapLine(place, [{ from: '/data', to: '/media' }])),
    `plexsync config set path_map /data=/media --data-dir '/srv/plex sync' --config ${config}`,
  );
});
