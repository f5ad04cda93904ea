/** What a screenshot of Stash has at about, in bytes, where none is known. */
export const USUAL_BYTES = 300_000;
