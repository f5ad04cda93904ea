import type { Settings } from '../../../settings/table.ts';

export type NotifySettings = Pick<Settings, 'notify_url' | 'notify_command' | 'notify_details' | 'obfuscate_paths'>;

/** Whether anybody is to be told anything elsewhere. */
export function hasTargets({
  notify_url,
  notify_command,
}: Pick<NotifySettings, 'notify_url' | 'notify_command'>): boolean {
  return notify_url.length > 0 || notify_command.length > 0;
}
