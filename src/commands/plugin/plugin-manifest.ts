import type { TaskMode } from '../../core/model/hook-event.ts';
import { HOOK_TYPES } from '../../core/model/hook-event.ts';
import { INSTALLED_MARK } from './hook-script.ts';

/** What Stash knows the plugin by: the manifest's file name. No dot may be in it, and no other case counts (stash.md 1). */
export const PLUGIN_ID = 'plexsync';

/** A program and its arguments, as Stash starts them; it puts the plugin's folder for `{pluginDir}`, but for the first. */
export type PluginCommand = readonly [program: string, ...args: string[]];

/** Who does what Stash asks for: `spool` leaves it to the next run of plexsync, `direct` is plexsync itself. */
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

/** When a task is done, and for the status where the answer is to be read: a person looks for it in Stash. */
function descriptionOf({ description, mode }: Task, kind: PluginKind): string {
  if (kind === 'direct') return mode === 'status' ? `${description}, in the log of Stash` : description;
  const next = `${description}, when plexsync runs next`;
  return mode === 'status' ? `${next}, and in its log` : next;
}

/**
 * The manifest of the plugin. Stash refuses the whole file for one key it does not know, so that there are only keys
 * which every version of it has.
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
    'tasks:',
    ...TASKS.flatMap((task) => [
      `  - name: ${task.name}`,
      `    description: ${descriptionOf(task, kind)}`,
      '    defaultArgs:',
      `      mode: ${task.mode}`,
    ]),
    '',
  ].join('\n');
}

/** JSON's text in double quotes is YAML's too. */
function text(word: string): string {
  return JSON.stringify(word);
}
