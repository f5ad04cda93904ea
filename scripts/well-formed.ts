import { parseXml } from '@rgrove/parse-xml';
import { parseAllDocuments } from 'yaml';

/** Why a text is no YAML, a line each. */
export function yamlFaults(text: string): readonly string[] {
  return parseAllDocuments(text, { prettyErrors: true }).flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ message }) => firstLine(message)),
  );
}

/** Why a text is no XML. */
export function xmlFaults(text: string): readonly string[] {
  try {
    parseXml(text);
    return [];
  } catch (thrown) {
    return [firstLine((thrown as Error).message)];
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
