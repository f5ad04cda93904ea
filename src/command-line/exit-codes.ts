import { EXIT_CODE_WORDS } from '../exit.ts';
import { helpItem } from './help-layout.ts';

const CODE_WIDTH = 13;

/** The short list at the end of `plexsync --help`, in lines of `width` columns. */
export function exitCodesHelp(width: number): string {
  const layout = { termWidth: CODE_WIDTH, width };
  return ['Exit codes:', ...EXIT_CODE_WORDS.map(([code, meaning]) => helpItem(String(code), meaning, layout))].join(
    '\n',
  );
}
