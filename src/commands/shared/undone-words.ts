/** So many undone scenes that were left, and what writes them again. */
export function undoneLeft(count: number): string {
  const scenes = count === 1 ? '1 undone scene' : `${count.toLocaleString('en')} undone scenes`;
  return `${scenes} left (plexsync queue release --all writes ${count === 1 ? 'it' : 'them'} again)`;
}
