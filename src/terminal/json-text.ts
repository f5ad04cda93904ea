/** C1 controls, line separators and direction marks: JSON allows them raw, and a terminal obeys them. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** An escape; JSON.stringify writes one for a surrogate only where its other half is missing. */
const ESCAPE = /\\(?:ud[89a-f][0-9a-f]{2}|.)/g;

/**
 * A value as JSON in which nothing is left that a terminal would obey; read back, it is the same value, but with U+FFFD
 * for half a character, which other programs refuse.
 */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent)
    .replace(ESCAPE, (one) => (one.startsWith('\\ud') ? '\\ufffd' : one))
    .replace(OBEYED, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
