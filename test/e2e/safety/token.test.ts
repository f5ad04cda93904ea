import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

const TOKEN = 'sEcReT-tOkEn-4711-Q';

test('the token is in no output, no file of the data directory and no dead letter', async (t) => {
  const { plex, run, sql, dataDir, makeDue } = await setup(t, { token: TOKEN });
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const results: Result[] = [];
  const record = async (...args: string[]) => {
    const result = await run([...args, '-vv']);
    results.push(result);
    return result;
  };
  await record('enqueue', '1', '--path', '/media/a.mp4', '--title', 'T');
  for (const fault of [
    { kind: 'drop' },
    { kind: 'drop-after' },
    { kind: 'garbage' },
    { kind: 'status', status: 500 },
    { kind: 'redirect', location: `http://127.0.0.1:1/?X-Plex-Token=${TOKEN}` },
    { kind: 'redirect', location: `http://${TOKEN}:${TOKEN}@127.0.0.1:1/${TOKEN}/` },
  ] as const) {
    for (const route of ['edit', 'item', 'sections'] as const) {
      const lift = plex.fail(route, fault);
      await record('process', '--plex-token', TOKEN);
      lift();
      sql('DELETE FROM breakers');
      makeDue();
    }
  }
  plex.fail('edit', { kind: 'status', status: 400 });
  await record('enqueue', '1', '--title', 'Another');
  assert.equal((await record('process')).code, 1);
  await record('dlq', 'list', '--json');
  await record('dlq', 'show', '1');
  await record('stats', '--json');
  await record('process', '--json');
  await record('process', '--plex-url', 'http://127.0.0.1:1', '--plex-token', TOKEN);
  await record('process', '--plex-token', ` ${TOKEN} with spaces`);
  for (const word of [TOKEN, `PLEX_TOKEN=${TOKEN}`, `--${TOKEN}`, `--limit=${TOKEN}`, `--plex-url=${TOKEN}`])
    for (const args of [['process', word], [word], ['enqueue', word], ['process', '--json', word]])
      await record(...args);
  results.push(await run(['process'], { env: { PLEX_URL: TOKEN, PLEXSYNC_CONCURRENCY: TOKEN } }));
  const misplaced: readonly Record<string, string>[] = [
    { PLEX_URL: `X-Plex-Token=${TOKEN}` },
    { PLEX_URL: `http://${TOKEN}` },
    { PLEX_URL: `http://${TOKEN}:99999` },
    { PLEX_URL: `http://127.0.0.1:1/${TOKEN}` },
    { PLEX_URL: `ftp://plex/${TOKEN}` },
    { PLEX_TOKEN: '', PLEX_TOKEN_FILE: TOKEN },
    { PLEX_LIBRARY: TOKEN },
    { PLEXSYNC_DATA_DIR: TOKEN },
    { PLEXSYNC_LOG_FORMAT: TOKEN },
    { PLEX_TOKEN: `http://plex:32400/library?X-Plex-Token=${TOKEN}` },
  ];
  for (const env of misplaced)
    for (const args of [['process'], ['config', 'show'], ['config', 'show', '--json'], ['doctor'], ['stats']])
      results.push(await run(args, { env }));
  for (const args of [
    ['--log-format', TOKEN, 'process'],
    ['config', 'show', '--plex-url', TOKEN],
  ])
    results.push(await run(args));

  for (const { stdout, stderr } of results) assert.ok(!`${stdout}${stderr}`.includes(TOKEN), `${stdout}${stderr}`);
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length >= 2);
  for (const file of files) {
    assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(TOKEN), `${file.name} holds the token`);
  }
});
