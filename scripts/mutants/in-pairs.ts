/** Does `work` for each item, two at a time; the answers are in the order of the items. */
export async function inPairs<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    // Both take from the same iterator.
    for (const [index, item] of left) answers[index] = await work(item);
  };
  await Promise.all([worker(), worker()]);
  return answers;
}
