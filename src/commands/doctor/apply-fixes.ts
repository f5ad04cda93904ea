import type { DoctorDocument } from '../../documents/doctor.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Confirmation } from '../../terminal/confirm.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import type { Finding, Remedy } from './finding.ts';
import { fixFor } from './fix.ts';

/** What became of one fix, and the finding it was for. */
export type Fixed = NonNullable<DoctorDocument['fixes']>[number] & { readonly finding: Finding };

export type Applied = {
  readonly fixes: readonly Fixed[];
  /** The findings that need no more attention. */
  readonly mended: ReadonlySet<Finding>;
  readonly end: 'whole' | 'broken_off';
};

type Asked = {
  readonly loaded: LoadedSettings | undefined;
  readonly configFile: string | undefined;
  readonly confirmed: 'yes' | 'ask';
  /** Told of each as it ends. */
  tell(fixed: Fixed): void;
};

/**
 * Goes through what can be mended, asks for each, and does it; `broken_off` after Ctrl-C, and what was done stays.
 * @throws {UsageError} where there is nobody to ask, or a file cannot be written.
 */
export async function applyFixes(
  findings: readonly Finding[],
  { confirmed, tell, ...asked }: Asked,
  context: Context,
): Promise<Applied> {
  const fixes: Fixed[] = [];
  const mended = new Set<Finding>();
  let mapped: Fixed['outcome'] | undefined;
  const note = (fixed: Fixed): void => {
    fixes.push(fixed);
    if (fixed.kind === 'path_map') mapped = fixed.outcome;
    if (fixed.outcome === 'done') mended.add(fixed.finding);
    tell(fixed);
  };
  for (const finding of findings) {
    const { remedy } = finding;
    if (remedy === undefined) continue;
    const { kind } = remedy;
    // Every library that lacks a mapping proposes the same line.
    if (kind === 'path_map' && mapped !== undefined) {
      if (mapped === 'done') mended.add(finding);
      continue;
    }
    if (needsMapping(remedy) && mapped !== 'done') {
      note({ finding, kind, outcome: 'left', message: 'the dead letters stay until that path_map is set' });
      continue;
    }
    const fix = fixFor(remedy, { ...asked, context });
    if ('command' in fix) {
      note({ finding, outcome: 'left', ...fix });
      continue;
    }
    const answer: Confirmation = await confirm(fix.question, { yes: confirmed === 'yes', streams: context.streams });
    if (answer === 'broken_off') return { fixes, mended, end: 'broken_off' };
    const isDone = answer === 'yes';
    const message = isDone ? await fix.apply() : 'not done, as you said';
    note({ finding, kind, outcome: isDone ? 'done' : 'declined', message });
  }
  return { fixes, mended, end: 'whole' };
}

function needsMapping(remedy: Remedy): boolean {
  return remedy.kind === 'heal' && remedy.after === 'path_map';
}
