/** What kind of picture some bytes begin as; undefined for anything else. */
export function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 12).toString('hex');
  return SIGNATURES.find(({ begins }) => begins.test(start))?.type;
}

const SIGNATURES = [
  { type: 'image/jpeg', begins: /^ffd8ff/ },
  { type: 'image/png', begins: /^89504e470d0a1a0a/ },
  { type: 'image/gif', begins: /^47494638(?:37|39)61/ },
  // `RIFF`, a size, `WEBP`.
  { type: 'image/webp', begins: /^52494646.{8}57454250/ },
] as const;
