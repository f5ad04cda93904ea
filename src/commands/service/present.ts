import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { whyNotWritten } from '../../settings/file-errors.ts';
import type { Systemctl } from './systemctl.ts';
import { carryOut } from './systemctl.ts';
import { MARKER } from './units.ts';

/** A unit that is installed, and written by plexsync. */
export type PresentUnit = {
  readonly name: string;
  readonly file: string;
  /** Whether it is one that is enabled, and not only started by its timer. */
  readonly isEnabled: boolean;
};

const UNIT = /^plexsync@?\.(?:service|timer)$/;

/** The units of ours in a folder, in the order of their names. */
export function presentUnits(folder: string): readonly PresentUnit[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => UNIT.test(name))
    .map((name) => ({ name, file: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }))
    .filter(({ text }) => text.startsWith(MARKER))
    .map(({ name, file, text }) => ({ name, file, isEnabled: /^\[Install\]$/m.test(text) }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Whether a unit is a template, which runs as instances of it. */
export function isTemplate(name: string): boolean {
  return name.includes('@');
}

/** What `systemctl` finds the running ones of a unit by. */
export function runningOf(name: string): string {
  return name.replace('@.', '@*.');
}

/** Stops units and what runs of a template, and lets none of them start again. @throws {UsageError} when systemd refuses */
export function retire(systemctl: Systemctl, names: readonly string[]): void {
  const single = names.filter((name) => !isTemplate(name));
  const templates = names.filter(isTemplate);
  if (single.length > 0) carryOut(systemctl, ['disable', '--now', ...single]);
  if (templates.length === 0) return;
  // A template has nothing of its own to stop; disabled, so are its instances, which only a pattern names.
  carryOut(systemctl, ['disable', ...templates]);
  carryOut(systemctl, ['stop', ...templates.map(runningOf)]);
}

/** Takes the file of a unit away. @throws {UsageError} */
export function removeUnit(file: string): void {
  try {
    rmSync(file);
  } catch (thrown) {
    throw new UsageError(`${file} cannot be removed: ${whyNotWritten(thrown)}.`, 'With --system, run it with sudo.');
  }
}
