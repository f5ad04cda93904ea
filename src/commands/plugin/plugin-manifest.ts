import type { TaskMode } from '../../core/model/hook-event.ts';
import { HOOK_TYPES, NAME_HOOKS } from '../../core/model/hook-event.ts';
import { INSTALLED_MARK, TASK_WORD } from '../shared/plugin/hook-script.ts';

/**
 * A program and its arguments, as Stash starts them. Stash replaces `{pluginDir}` with the plugin's folder, except in
 * the program.
 */
export type PluginCommand = readonly [program: string, ...args: string[]];

/** Who handles what Stash asks for: `spool` leaves it to the next run of plexsync, `direct` runs plexsync itself. */
export type PluginKind = 'spool' | 'direct';

type Task = { readonly name: string; readonly description: string; readonly mode: TaskMode };

const TASKS: readonly Task[] = [
  { name: 'Sync All Scenes', description: 'Puts every scene into the queue', mode: 'sync_all' },
  {
    name: 'Sync Recent Scenes',
    description: 'Puts the scenes of the last 24 hours into the queue',
    mode: 'sync_recent',
  },
  { name: 'Process Queue', description: 'Writes what is due to Plex', mode: 'process' },
  { name: 'Queue Status', description: 'Says what waits and what has failed', mode: 'status' },
];

/** Says when a task runs and, for the status task, where to read its answer, since a person expects it in Stash. */
function descriptionOf({ description, mode }: Task, kind: PluginKind): string {
  if (kind === 'direct') return mode === 'status' ? `${description}, in the log of Stash` : description;
  const next = `${description}, when plexsync runs next`;
  return mode === 'status' ? `${next}, and in its log` : next;
}

/**
 * The manifest of the plugin. Stash refuses the whole file for one unknown key, so it only uses keys that every version
 * knows.
 */
export function pluginManifest(command: PluginCommand, kind: PluginKind, version: string): string {
  return [
    `# ${INSTALLED_MARK}`,
    'name: PlexSync',
    'description: Carries scene metadata to Plex through a durable queue',
    `version: ${text(version)}`,
    'interface: raw',
    'errLog: error',
    'exec:',
    ...command.map((word) => `  - ${text(word)}`),
    'hooks:',
    '  - name: Scene changed',
    '    description: Remembers that a scene was made, edited or removed',
    '    triggeredBy:',
    ...HOOK_TYPES.map((type) => `      - ${type}`),
    '  - name: Names merged or deleted',
    '    description: Has the contents of all scenes compared, since the scenes themselves do not count as edited',
    '    triggeredBy:',
    ...NAME_HOOKS.map((type) => `      - ${type}`),
    'tasks:',
    ...TASKS.flatMap((task) => [
      `  - name: ${task.name}`,
      `    description: ${descriptionOf(task, kind)}`,
      // The script reads no event, and so learns that this is one that a person waits for.
      ...(kind === 'spool' ? ['    execArgs:', `      - ${TASK_WORD}`] : []),
      '    defaultArgs:',
      `      mode: ${task.mode}`,
    ]),
    '',
  ].join('\n');
}

/** JSON's double-quoted text is valid YAML. */
function text(word: string): string {
  return JSON.stringify(word);
}
