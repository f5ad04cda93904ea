/** The completion script for bash, in bash itself; the one for fish as fish would read it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDir } from '../../helpers/scratch.ts';

async function setupBash(t: TestContext): Promise<(...words: readonly string[]) => readonly string[]> {
  const { stdout: script } = await runMain(['completion', 'bash']);
  const folder = scratchDir(t, 'test');
  writeFileSync(join(folder, 'north quay.mp4'), '');
  writeFileSync(join(folder, 'north*pier.mp4'), '');
  mkdirSync(join(folder, 'south'));
  return (...words) => {
    const quoted = ['plexsync', ...words].map((word) => `'${word}'`).join(' ');
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _plexsync; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
    );
    assert.equal(stderr, '');
    return stdout.split('\n').filter((line) => line !== '');
  };
}

test('bash completes commands and options, also behind a global option and its value', async (t) => {
  const complete = await setupBash(t);
  assert.deepEqual(complete('enq'), ['enqueue']);
  assert.deepEqual(complete('-d', '/data/plexsync', 'enq'), ['enqueue']);
  assert.deepEqual(complete('--config=own.json', '--log-format', 'plain', 'dlq', 'ret'), ['retry']);
  assert.deepEqual(complete('-d', 'x', 'enqueue', '--details', 'a word', '--perf'), ['--performer']);
  assert.deepEqual(complete('enqueue', '12', '--perf'), ['--performer']);
  assert.deepEqual(complete('process', '--dry'), ['--dry-run']);
});

test('bash completes file names, those with spaces and stars too, where a file is wanted', async (t) => {
  const complete = await setupBash(t);
  const files = ['north quay.mp4', 'north*pier.mp4'];
  assert.deepEqual([...complete('match-test', 'nor')].toSorted(), files);
  assert.deepEqual([...complete('enqueue', '--file', 'nor')].toSorted(), files);
  assert.deepEqual(complete('--data-dir', 'sou'), ['south']);
  assert.deepEqual(complete('--config', 'enq'), []);
});

test('bash completes the fields of --reassert, behind a comma too, and then goes on', async (t) => {
  const complete = await setupBash(t);
  assert.deepEqual(complete('enqueue', '12', '--reassert', 'ta'), ['tagline', 'tags']);
  assert.deepEqual(complete('reconcile', '--reassert', 'title,per'), ['title,performers']);
  assert.deepEqual(complete('reconcile', '--reassert', '=', 'col'), ['collection']);
  assert.equal(complete('reconcile', '--reassert', '').length, 10);
  assert.deepEqual(complete('enqueue', '12', '--reassert', '--ye'), ['--yes']);
  assert.deepEqual(complete('reconcile', '--reassert', 'title', '--dry'), ['--dry-run']);
});

test('fish completes file names only where a file is wanted', async () => {
  const { stdout } = await runMain(['completion', 'fish']);
  const lines = stdout.split('\n');
  const option = (command: string, name: string): string =>
    lines.find((line) => line.includes(`__fish_seen_subcommand_from ${command}`) && line.includes(`-l ${name} `)) ?? '';
  assert.match(option('enqueue', 'file'), / -r -F /);
  assert.match(option('process', 'plex-token-file'), / -r -F /);
  assert.match(option('enqueue', 'config'), / -r -F /);
  assert.match(option('enqueue', 'title'), / -x /);
  assert.match(option('reconcile', 'reassert'), / -x -a 'all title details /);
  assert.doesNotMatch(option('process', 'dry-run'), / -[rFx] /);
  assert.ok(lines.some((line) => line.includes('__fish_seen_subcommand_from match-test') && / -F( |$)/.test(line)));
  assert.ok(lines.some((line) => line.includes('__fish_use_subcommand') && line.includes('-l data-dir')));
});
