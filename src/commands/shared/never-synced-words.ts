/** Says how many scenes were never synced, with the command that sees to them. */
export function neverSyncedWords({ count, filed }: { readonly count: number; readonly filed: number }): string {
  const [some, all] = [count.toLocaleString('en'), filed.toLocaleString('en')];
  return `${some} of ${all} scenes of Stash ${count === 1 ? 'was' : 'were'} never synced`;
}
