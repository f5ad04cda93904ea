/** A page that shows what a letter is about, and the key that opens it. */
export type Link = { readonly key: string; readonly name: string; readonly url: string };

/** What is asked about the letter that is shown. */
export type LetterQuestion = {
  readonly kind: 'letter';
  /** How many items it can be pinned to. */
  readonly candidates: number;
  readonly links: readonly Link[];
  readonly errorType: string;
  /** How many letters of its kind are still to come, itself included. */
  readonly ofKind: number;
  /** Why it cannot be tried again, if so. */
  readonly fault: string | undefined;
};

export type Question =
  | LetterQuestion
  | { readonly kind: 'link'; readonly links: readonly Link[] }
  | { readonly kind: 'all'; readonly errorType: string; readonly ofKind: number }
  | { readonly kind: 'purge_all'; readonly errorType: string; readonly ofKind: number };

/** What a key means for a question. */
export type Decision =
  | { readonly kind: 'pin'; readonly candidate: number }
  | { readonly kind: 'retry' | 'purge' | 'skip' | 'quit' | 'help' }
  | { readonly kind: 'open'; readonly link: Link }
  | { readonly kind: 'ask'; readonly question: Exclude<Question, LetterQuestion> }
  | { readonly kind: 'all'; readonly action: 'retry' | 'purge' | 'skip' }
  /** Back to the letter: nothing is done. */
  | { readonly kind: 'back' }
  /** No answer to this: it is asked again. */
  | { readonly kind: 'again'; readonly why: string }
  /** An answer that cannot be carried out for this letter. */
  | { readonly kind: 'impossible'; readonly why: string };

/** Decides what a key means; writes nothing, and no key that was not offered does anything. */
export function decide(question: Question, typed: string): Decision {
  const key = typed.toLowerCase();
  switch (question.kind) {
    case 'letter':
      return decideLetter(question, key);
    case 'link': {
      const link = question.links.find((one) => one.key === key);
      return link === undefined ? { kind: 'back' } : { kind: 'open', link };
    }
    case 'all':
      if (key === 'p') return { kind: 'ask', question: { ...question, kind: 'purge_all' } };
      if (key === 'r' || key === 's') return { kind: 'all', action: key === 'r' ? 'retry' : 'skip' };
      return { kind: 'back' };
    case 'purge_all':
      return key === 'y' ? { kind: 'all', action: 'purge' } : { kind: 'back' };
  }
}

const SIMPLE: Readonly<Record<string, 'purge' | 'skip' | 'quit' | 'help'>> = {
  p: 'purge',
  s: 'skip',
  q: 'quit',
  '?': 'help',
};

function decideLetter(question: LetterQuestion, key: string): Decision {
  const { links, errorType, ofKind, fault } = question;
  const simple = Object.hasOwn(SIMPLE, key) ? SIMPLE[key] : undefined;
  if (simple !== undefined) return { kind: simple };
  if (/^\d+$/.test(key)) return decideCandidate(question, Number(key));
  switch (key) {
    case 'r':
      return fault === undefined ? { kind: 'retry' } : { kind: 'impossible', why: faultWords(fault) };
    case 'o': {
      const [only, ...more] = links;
      if (only === undefined) return { kind: 'again', why: 'No page of it is known: stash_url is not set.' };
      return more.length === 0 ? { kind: 'open', link: only } : { kind: 'ask', question: { kind: 'link', links } };
    }
    case 'a':
      return { kind: 'ask', question: { kind: 'all', errorType, ofKind } };
    default:
      return { kind: 'again', why: `${key === '' ? 'An empty answer' : `"${key}"`} is none of the keys.` };
  }
}

function decideCandidate({ candidates, fault }: LetterQuestion, number: number): Decision {
  if (number < 1 || number > candidates)
    return {
      kind: 'impossible',
      why: candidates === 0 ? 'There is no candidate to pin.' : `There is no candidate ${number}.`,
    };
  return fault === undefined ? { kind: 'pin', candidate: number - 1 } : { kind: 'impossible', why: faultWords(fault) };
}

function faultWords(fault: string): string {
  return `It cannot be tried again: ${fault}. Mend it in dlq.db, or purge it.`;
}

function numbers(candidates: number): string {
  return candidates === 1 ? '1' : `1–${candidates}`;
}

/** The question as it is asked. `where` names data directory and server, for what cannot be taken back. */
export function promptOf(question: Question, where: string): string {
  switch (question.kind) {
    case 'letter': {
      const { candidates, links, errorType, ofKind, fault } = question;
      const isSound = fault === undefined;
      const keys = [
        ...(candidates > 0 && isSound ? [`${numbers(candidates)} pin`] : []),
        ...(isSound ? ['r retry'] : []),
        ...['p purge', 's skip'],
        ...(links.length > 0 ? ['o open'] : []),
        ...(ofKind > 1 ? [`a all ${ofKind} ${errorType}`] : []),
        ...['q quit', '? help'],
      ];
      return `${keys.join(', ')}:`;
    }
    case 'link':
      return `Open ${question.links.map(({ key, name }) => `${key} ${name}`).join(', ')}; any other key none:`;
    case 'all':
      return `All ${question.ofKind} ${question.errorType} of ${where}: r retry, p purge, s skip; any other key none of it:`;
    case 'purge_all':
      return `Delete ${question.ofKind} dead letters (${question.errorType}) from ${where} for good? Their edits will not arrive. [y/N]`;
  }
}

/** What each key does, for `?`. */
export function helpOf({
  candidates,
  links,
  ofKind,
}: LetterQuestion): readonly (readonly [key: string, does: string])[] {
  return [
    ...(candidates > 0
      ? [[numbers(candidates), 'the scene is this item: pin it, and put its letter back into the queue'] as const]
      : []),
    ['r', 'put it back into the queue, under whatever is newer'],
    ['p', 'delete it for good; its edit will not arrive'],
    ['s', 'leave it as it is'],
    ...(links.length > 0 ? [['o', 'open the page of the scene or of an item'] as const] : []),
    ...(ofKind > 1 ? [['a', 'one answer for all letters of this kind that are still to come'] as const] : []),
    ['q', 'stop here; what was done is done'],
  ];
}
