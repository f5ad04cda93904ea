/** Survivors that no test can kill, or need not; each with its reason, in accepted.json. */
import { readFileSync } from 'node:fs';
import type { Mutant } from './survey.ts';

/** By file and text, so that a shift of lines changes nothing. */
export type Accepted = { readonly file: string; readonly guard: string; readonly reason: string };

/** The list as it stands. */
export function readAccepted(): readonly Accepted[] {
  return JSON.parse(readFileSync(new URL('./accepted.json', import.meta.url), 'utf8')) as readonly Accepted[];
}

/** Whether this mutant may survive. */
export function isAccepted(accepted: readonly Accepted[], { file, text }: Pick<Mutant, 'file' | 'text'>): boolean {
  return accepted.some((entry) => entry.file === file && entry.guard === text);
}
