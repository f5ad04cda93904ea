import type { Wizard } from './questions.ts';

/** Does something that takes a while, and tells whoever answers what is waited for. */
export async function wait<Result>(
  text: string,
  { asker }: Pick<Wizard, 'asker'>,
  work: () => Promise<Result>,
): Promise<Result> {
  asker.show(`${text} …`);
  return await work();
}
