import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pluginManifest } from '../../../src/commands/plugin/plugin-manifest.ts';
import { PLUGIN_ID } from '../../../src/commands/shared/plugin/hook-script.ts';

const TEXT = pluginManifest(['sh', '{pluginDir}/plexsync-hook.sh'], 'spool', '1.2.3');

/** Keys by how far they are indented; `- ` counts as indentation. */
function keysAt(text: string, indent: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([ -]*)([A-Za-z]+):(?: |$)/.exec(line);
    return match?.[1]?.length === indent && match[2] !== undefined ? [match[2]] : [];
  });
}

test('the manifest has no key that some version of Stash would refuse the plugin for', () => {
  const top = [
    'name',
    'description',
    'url',
    'version',
    'interface',
    'exec',
    'errLog',
    'tasks',
    'hooks',
    'ui',
    'settings',
  ];
  const inner = ['name', 'description', 'execArgs', 'defaultArgs', 'triggeredBy'];
  const [outer, entries] = [keysAt(TEXT, 0), keysAt(TEXT, 4)];
  assert.deepEqual(
    [outer.filter((key) => !top.includes(key)), entries.filter((key) => !inner.includes(key))],
    [[], []],
  );
  assert.equal(new Set(outer).size, outer.length);
  assert.deepEqual(keysAt(TEXT, 6), ['mode', 'mode', 'mode', 'mode']);
  assert.match(PLUGIN_ID, /^[a-z]+$/);
});

test('the manifest asks for what happens to scenes and names, and offers the four tasks', () => {
  for (const type of ['Scene.Update.Post', 'Scene.Create.Post', 'Scene.Destroy.Post'])
    assert.ok(TEXT.includes(`      - ${type}\n`), type);
  for (const type of ['Tag.Merge.Post', 'Tag.Destroy.Post', 'Performer.Destroy.Post', 'Studio.Destroy.Post'])
    assert.ok(TEXT.includes(`      - ${type}\n`), type);
  for (const name of ['Sync All Scenes', 'Sync Recent Scenes', 'Process Queue', 'Queue Status'])
    assert.ok(TEXT.includes(`  - name: ${name}\n`), name);
});

test('a path with any sign in it is one word of the command', () => {
  const odd = 'C:\\Programs\\it\'s "here": #1 {x}';
  assert.ok(pluginManifest([odd, 'hook'], 'direct', '1').includes(`exec:\n  - ${JSON.stringify(odd)}\n  - "hook"\n`));
});

test('a task says when it is done, and the status where its answer is to be read', () => {
  const direct = pluginManifest(['node'], 'direct', '1.2.3');
  assert.match(TEXT, /Queue Status\n {4}description: Says .*, when plexsync runs next, and in its log\n/);
  assert.match(direct, /Queue Status\n {4}description: Says .*, in the log of Stash\n/);
  assert.match(TEXT, /Process Queue\n {4}description: .*, when plexsync runs next\n/);
  assert.match(direct, /Process Queue\n {4}description: Writes what is due to Plex\n/);
});
