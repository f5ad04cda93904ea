import { xmlFaults, yamlFaults } from './well-formed.ts';

const FILES = [
  '.github/workflows/release.yml',
  'packaging/docker/compose.yaml',
  'packaging/unraid/plexsync.xml',
  'packaging/docker/Dockerfile',
  'packaging/docker/Dockerfile.alpine',
  'packaging/docker/entrypoint.sh',
] as const;

const CHECKS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  yml: yamlFaults,
  yaml: yamlFaults,
  xml: xmlFaults,
};

/** Where the files are: the text of one, `undefined` where there is none, and the scripts of package.json. */
export type Sources = { read(file: string): string | undefined; readonly scripts: readonly string[] };

/** What is missing of the files that make image and release, what cannot be read, and what they name that is not there. */
export function shippedFaults({ read, scripts }: Sources): readonly string[] {
  return FILES.flatMap((file) => {
    const text = read(file);
    if (text === undefined) return [`${file} is missing.`];
    const check = CHECKS[file.slice(file.lastIndexOf('.') + 1)];
    const missing = named(text).filter((name) => read(name) === undefined);
    const unknown = [...text.matchAll(/npm run ([\w:]+)/g)].flatMap(([, name = '']) =>
      scripts.includes(name) ? [] : [name],
    );
    return [
      ...(check?.(text) ?? []).map((fault) => `${file}: ${fault}.`),
      ...missing.map((name) => `${file} names ${name}, which is not there.`),
      ...unknown.map((name) => `${file} runs ${name}, which package.json has not.`),
    ];
  });
}

/** The files of the sources that a text names by their whole path. */
function named(text: string): readonly string[] {
  const found = text.matchAll(/(?<![\w./$-])(?:packaging|scripts|\.ci)\/[\w./-]+/g);
  return [...new Set([...found].map(([path]) => path))];
}
