const MOST_LETTERS = 60;

/** The beginning of a long value, for a line that names it; it is cut between letters. */
export function shortened(text: string): string {
  const letters = [...text];
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join('')}…` : text;
}
