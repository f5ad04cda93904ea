/** What is told elsewhere is told once, and a store that cannot remember it fails no run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellElsewhere } from '../../../src/commands/shared/notify/tell-elsewhere.ts';
import { plainText } from '../../../src/core/text/sentence.ts';
import type { Output } from '../../../src/terminal/log/output.ts';
import { edits, NOW, setup } from '../../helpers/queue-world.ts';
import { startWebhook } from '../../helpers/webhook.ts';

test('a memory of what was told that cannot be written is a warning', async (t) => {
  const { stores, sql, enqueue } = setup(t);
  enqueue(edits(1));
  const webhook = await startWebhook(t);
  const { queueDb, ...rest } = stores();
  sql(`INSERT INTO meta (name, value) VALUES ('outage_since', ${NOW - 7_200_000})`);
  const said: string[] = [];
  const log: Output['log'] = (level, sentence) => void said.push(`${level}: ${plainText(sentence)}`);
  const settings = { notify_url: [webhook.url], notify_command: [], notify_details: false, obfuscate_paths: false };
  const tell = async (): Promise<void> =>
    await tellElsewhere({ queueDb, ...rest }, settings, { output: { log } as Output, now: () => NOW });
  queueDb.pragma('query_only = 1');
  await tell();
  queueDb.pragma('query_only = 0');
  assert.equal(webhook.posted[0]?.body['title'], 'plexsync: Plex does not answer');
  assert.match(said.join(), /^warning: \[PlexSync\] What is told elsewhere cannot be remembered: /);
  await tell();
  await tell();
  assert.deepEqual([webhook.posted.length, said.length], [2, 1]);
});
