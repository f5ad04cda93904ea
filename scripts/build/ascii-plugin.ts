import type { Plugin } from 'rolldown';

/**
 * Leaves nothing but ASCII in the bundle: for one other character in a file Node makes strings of two bytes a letter of
 * all of it. `charset: 'ascii'` escapes strings, but no tagged templates.
 */
export const asciiPlugin: Plugin = {
  name: 'ascii',
  // In strings, templates and regular expressions an escape means the character; comments are dropped.
  transform: (code) => (isAscii(code) ? undefined : code.replace(/[\u0080-\uffff]/g, escaped)),
  generateBundle: (_options, bundle) => {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk' && !isAscii(file.code)) throw new Error(`${file.fileName} has more than ASCII in it`);
  },
};

function isAscii(code: string): boolean {
  return Buffer.byteLength(code) === code.length;
}

/** Called with each unit of UTF-16. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
