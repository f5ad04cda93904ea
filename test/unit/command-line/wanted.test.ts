/** What a shell is told to offer, out of the outlines of the commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Wanted } from '../../../src/command-line/completion/wanted.ts';
import { wantedAt } from '../../../src/command-line/completion/wanted.ts';
import { COMMANDS, GROUPS } from '../../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';
import { JOB_STATES } from '../../../src/core/model/job.ts';
import { LOG_FORMATS } from '../../../src/terminal/log/log-format.ts';

const TABLE = { commands: COMMANDS, groups: GROUPS };

/** What is wanted at the end of this line. */
function at(line: string): Wanted {
  const words = line.split(' ');
  return wantedAt(words.slice(0, -1), words.at(-1) ?? '', TABLE);
}

/** Of the words there, those that begin as the last one is typed. */
function wordsAt(line: string): readonly string[] {
  const { words, start } = at(line);
  const typed = line.split(' ').at(-1) ?? '';
  return words.map(({ word }) => start + word).filter((word) => word.startsWith(typed));
}

test('first come commands and groups, then those of the group', () => {
  assert.deepEqual(wordsAt('enq'), ['enqueue']);
  assert.deepEqual(wordsAt('-d /data enq'), ['enqueue']);
  assert.deepEqual(wordsAt('--config=own.json --log-format plain dlq ret'), ['retry']);
  assert.deepEqual(wordsAt('he'), ['help']);
  for (const { name } of GROUPS) assert.ok(wordsAt('').includes(name), name);
  for (const { name } of COMMANDS) {
    const typed = name.split(' ');
    assert.ok(wordsAt([...typed.slice(0, -1), ''].join(' ')).includes(typed.at(-1) ?? ''), name);
  }
});

test('behind a command come its options, each until it is given, if it may be given once', () => {
  assert.deepEqual(wordsAt('process --dry'), ['--dry-run']);
  assert.deepEqual(wordsAt('process --dry-run --dry'), []);
  assert.deepEqual(wordsAt('enqueue 12 --details words --perf'), ['--performer']);
  assert.deepEqual(wordsAt('enqueue 12 --performer Ada --perf'), ['--performer']);
  assert.deepEqual(wordsAt('stats -v --verb'), ['--verbose']);
  assert.deepEqual(wordsAt('process -s'), ['-s']);
  assert.ok(wordsAt('process ').includes('--limit'));
  assert.deepEqual(at('process -- -').words, []);
});

test('a flag that says the default again comes only where nothing else begins so', () => {
  assert.deepEqual(wordsAt('process --no-strict'), ['--no-strict-matching']);
  assert.deepEqual(wordsAt('process --strict'), ['--strict-matching']);
  assert.equal(wordsAt('process --').includes('--strict-matching'), false);
});

test('before a command come the options of every command, and then only commands that take them', () => {
  assert.deepEqual(wordsAt('--plex-l'), ['--plex-library']);
  assert.equal(wordsAt('--').length, GLOBAL_OPTIONS.length + 1);
  assert.deepEqual(wordsAt('--html page.html '), ['process', 'help']);
  assert.deepEqual(wordsAt('--state due queue '), ['list', 'drop', 'help']);
  assert.deepEqual(wordsAt('--plex-url http://plex:32400 proc'), ['process']);
  assert.deepEqual(wordsAt('--html page.html --max-ti'), ['--max-time']);
  assert.deepEqual(wordsAt('queue --state due li'), ['list']);
});

test('a value is one of its words, also behind a sign of equality', () => {
  assert.deepEqual(wordsAt('--log-format '), LOG_FORMATS);
  assert.deepEqual(wordsAt('stats --log-format=p'), ['--log-format=pretty', '--log-format=plain']);
  assert.deepEqual(wordsAt('queue drop --state '), JOB_STATES);
  assert.deepEqual(wordsAt('process --clear-empty al'), ['always']);
  assert.deepEqual(wordsAt('process --max-removals '), ['off']);
  assert.deepEqual(wordsAt('completion '), ['bash', 'zsh', 'fish']);
  assert.deepEqual(wordsAt('service install --print l'), ['launchd']);
  assert.deepEqual(at('process --limit '), {
    ...at('process --limit '),
    words: [],
    source: undefined,
    path: undefined,
  });
  assert.deepEqual(at('process --dry-run=').words, []);
  assert.deepEqual(at('process --bogus=').words, []);
});

test('where several may stand between commas, each is offered once', () => {
  assert.deepEqual(wordsAt('enqueue 12 --reassert ta'), ['tagline', 'tags']);
  assert.deepEqual(wordsAt('reconcile --reassert title,per'), ['title,performers']);
  assert.deepEqual(wordsAt('reconcile --reassert=title,col'), ['--reassert=title,collection']);
  assert.deepEqual(at('reconcile --reassert title,tags,').taken.filter(Boolean), ['title', 'tags']);
  assert.deepEqual(at('process --plex-library Pier,Quay --plex-library=Mole --plex-library ').taken.filter(Boolean), [
    'Pier',
    'Quay',
    'Mole',
  ]);
});

test('a value that may be left out may be followed by an option, and before a command by that', () => {
  assert.equal(wordsAt('enqueue 12 --reassert ').length, 10);
  assert.deepEqual(wordsAt('enqueue 12 --reassert --ye'), ['--yes']);
  assert.deepEqual(wordsAt('--reassert enq'), ['enqueue']);
  assert.ok(wordsAt('--reassert t').includes('tags'));
});

test('ids and names come from the data directory, each from where its command looks', () => {
  const sources: readonly (readonly [line: string, source: string])[] = [
    ['dlq show ', 'letters'],
    ['dlq purge 3 ', 'letters'],
    ['dlq resolve ', 'letters'],
    ['dlq list --scene ', 'scenes_of_letters'],
    ['dlq retry --error-type ', 'error_types'],
    ['queue drop ', 'jobs'],
    ['queue list --scene=', 'waiting_scenes'],
    ['process --scene ', 'waiting_scenes'],
    ['queue release ', 'undone_scenes'],
    ['status ', 'scenes'],
    ['diff ', 'scenes'],
    ['enqueue 1 ', 'scenes'],
    ['unpin ', 'pinned_scenes'],
    ['pin 3 ', 'items_for_scene'],
    ['runs show ', 'runs'],
    ['undo --run ', 'runs'],
    ['undo --job ', 'written_jobs'],
    ['undo --scene ', 'written_scenes'],
    ['undo --library ', 'libraries'],
    ['--plex-library ', 'libraries'],
    ['config set ', 'settings'],
    ['config unset ', 'settings'],
    ['config set enabled ', 'values_of_setting'],
  ];
  for (const [line, source] of sources) assert.equal(at(line).source, source, line);
  assert.deepEqual(at('dlq purge 3 4 ').taken, ['3', '4']);
  assert.deepEqual(at('dlq purge --bogus 3 ').taken, ['3']);
  assert.equal(at('dlq show 3 ').source, undefined);
  assert.deepEqual(at('unpin -- ').source, 'pinned_scenes');
});

test('paths are wanted where the value is one, folders where it is a folder', () => {
  const paths: readonly (readonly [line: string, path: string | undefined])[] = [
    ['match-test ', 'files'],
    ['enqueue --file ', 'files'],
    ['enqueue 1 --poster ', 'files'],
    ['--config=', 'files'],
    ['-d ', 'folders'],
    ['plugin install --plugins-dir ', 'folders'],
    ['diff ', 'files'],
    ['backup ', 'files'],
    ['config set plex_ca ', 'files'],
    ['config set plex_url ', undefined],
    ['process --plex-token ', undefined],
    ['report -o ', 'files'],
    ['enqueue --title ', undefined],
  ];
  for (const [line, path] of paths) assert.equal(at(line).path, path, line);
});

test('help leads to every command, and to the exit codes', () => {
  assert.ok(wordsAt('help ').includes('exit-codes'));
  assert.deepEqual(wordsAt('help proc'), ['process']);
  assert.deepEqual(wordsAt('help dlq sh'), ['show']);
  assert.deepEqual(wordsAt('dlq help sh'), ['show']);
  assert.deepEqual(wordsAt('help dlq show '), []);
  assert.deepEqual(wordsAt('dlq help show '), []);
  assert.deepEqual(wordsAt('help process '), []);
  assert.deepEqual(wordsAt('--help '), ['exit-codes']);
});

test('behind a word that is no command nothing is offered, and a command that takes no more has its options', () => {
  assert.deepEqual(wordsAt('proces '), []);
  assert.ok(wordsAt('runs show 3 ').includes('--limit'));
  assert.deepEqual(wordsAt('stats fo'), []);
});

test('every value that is an id, a state or another known word says where a shell finds it', () => {
  const known = /^[<[](?:id|sceneId|scene|run|state|type|format|shell|show)\b/;
  for (const { name, operands = [], options = [], settings = [] } of COMMANDS) {
    for (const operand of operands)
      if (known.test(operand.name)) assert.ok(operand.values !== undefined, `${name} ${operand.name}`);
    for (const { flags, values } of [...options, ...settings.flatMap(settingFlags), ...GLOBAL_OPTIONS])
      if (known.test(flags.split(' ').at(-1) ?? '')) assert.ok(values !== undefined, `${name} ${flags}`);
  }
});
