import type { Sentence } from '../text/sentence.ts';
import { foreign, say } from '../text/sentence.ts';
import { admission, BREAKER_OPEN_MS } from './breaker.ts';
import type { StashBreakerStore } from './stash-breaker.ts';

/**
 * Trouble with Stash that its breaker does not count: a refused key, a wrong address, an answer of no use. Plain data,
 * so that it outlives the process; texts have lost their parts.
 */
export type StashTrouble = {
  readonly kind: 'stash_unreachable' | 'stash_unauthorized' | 'stash_misconfigured';
  readonly message: string;
  readonly hint: string | undefined;
  /** Epoch ms. */
  readonly at: number;
  /** Stands for the address and the key: with others the trouble may be over. */
  readonly access: string;
};

/** Why Stash is left alone now, and until when (epoch ms). */
export type StashRest =
  | { readonly kind: 'breaker_open'; readonly until: number }
  | { readonly kind: 'trouble'; readonly until: number; readonly trouble: StashTrouble };

/**
 * Whether Stash is left alone now, after it failed: a look each second would ask in vain, and claim and release jobs
 * for it. `access` is needed only where there is trouble.
 */
export function stashRest(
  store: Pick<StashBreakerStore, 'breaker'>,
  trouble: StashTrouble | undefined,
  { access, now }: { access(): string | undefined; readonly now: number },
): StashRest | undefined {
  const admitted = admission(store.breaker('stash'), now);
  if (admitted.kind === 'wait') return { kind: 'breaker_open', until: admitted.retryAt };
  if (trouble === undefined || now < trouble.at || now >= trouble.at + BREAKER_OPEN_MS) return undefined;
  return trouble.access === access() ? { kind: 'trouble', until: trouble.at + BREAKER_OPEN_MS, trouble } : undefined;
}

/** Why the jobs that await Stash were not tried. */
export type StashEnd =
  | { readonly kind: 'stash_unreachable'; readonly message: Sentence }
  | { readonly kind: 'stash_unauthorized'; readonly message: Sentence }
  | { readonly kind: 'stash_misconfigured'; readonly message: Sentence; readonly hint: Sentence }
  | { readonly kind: 'stash_breaker_open'; readonly retryAt: number; readonly message: Sentence };

/** What a run tells of it. */
export function endOfRest(rest: StashRest): StashEnd {
  if (rest.kind === 'breaker_open')
    return { kind: 'stash_breaker_open', retryAt: rest.until, message: say`Stash did not answer lately` };
  const { kind, message, hint } = rest.trouble;
  const said = say`${foreign(message)} (less than a minute ago)`;
  return kind === 'stash_misconfigured'
    ? { kind, message: said, hint: say`${foreign(hint ?? '')}` }
    : { kind, message: said };
}
