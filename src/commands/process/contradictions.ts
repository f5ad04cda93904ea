import { UsageError } from '../../core/model/errors.ts';
import type { ProcessOptions } from './process-options.ts';

type Given = Omit<ProcessOptions, 'flags' | 'configFile'> & { readonly json: boolean };

/** Whether each option of a run was given. */
const IS_GIVEN = {
  '--stats-only': ({ statsOnly }) => statsOnly,
  '--watch': ({ repeat }) => repeat === 'watch',
  '--cron': ({ audience }) => audience === 'cron',
  '--dry-run': ({ mode }) => mode === 'preview',
  '--html': ({ html }) => html !== undefined,
  '--redact': ({ names }) => names === 'masked',
  '--scene': ({ scenes }) => scenes.length > 0,
  '--limit': ({ limit }) => limit !== undefined,
  '--max-time': ({ maxTime }) => maxTime !== undefined,
  '--parallel': ({ parallel }) => parallel,
  '--adopt-server': ({ adoptServer }) => adoptServer,
  '--allow-removals': ({ removals }) => removals === 'allowed',
  '--json': ({ json }) => json,
} as const satisfies Readonly<Record<string, (given: Given) => boolean>>;

type Flag = keyof typeof IS_GIVEN;

/** Options that contradict each other: with `flag` there is none of `without`, since `flag` … */
const APART: readonly { readonly flag: Flag; readonly why: string; readonly without: readonly Flag[] }[] = [
  {
    flag: '--stats-only',
    why: 'prints what is stored and looks at no scene',
    without: [
      ...(['--watch', '--cron', '--dry-run', '--html', '--redact', '--scene', '--limit', '--max-time'] as const),
      ...(['--parallel', '--adopt-server', '--allow-removals'] as const),
    ],
  },
  {
    flag: '--watch',
    why: 'goes on until it is stopped',
    without: ['--cron', '--dry-run', '--html', '--redact', '--scene', '--limit', '--max-time'],
  },
  { flag: '--cron', why: 'is silent unless there is something to tell', without: ['--dry-run', '--json'] },
  {
    flag: '--cron',
    why: 'runs again and again, where --adopt-server would take any later server unasked',
    without: ['--adopt-server'],
  },
  {
    flag: '--parallel',
    why: 'has another run beside this one, which would still write to the old server',
    without: ['--adopt-server'],
  },
];

/** Options that mean nothing without another one. */
const ONLY_WITH: readonly { readonly flag: Flag; readonly needs: Flag; readonly why: string }[] = [
  { flag: '--html', needs: '--dry-run', why: 'shows what would change' },
  { flag: '--redact', needs: '--html', why: 'masks names on a page' },
];

/** @throws {UsageError} for options that do not go together */
export function refuseContradictions(given: Given): void {
  for (const { flag, why, without } of APART) {
    if (!IS_GIVEN[flag](given)) continue;
    const other = without.find((name) => IS_GIVEN[name](given));
    if (other !== undefined)
      throw new UsageError(`${flag} ${why}, and goes with no ${other}.`, 'Leave one of them out.');
  }
  for (const { flag, needs, why } of ONLY_WITH)
    if (IS_GIVEN[flag](given) && !IS_GIVEN[needs](given))
      throw new UsageError(`${flag} ${why}, and goes with ${needs}.`, `Give ${needs} too.`);
}
