/** Whether the files of packaging can be read at all, in the part of YAML and XML that they are written in. */

type Mapping = { readonly indent: number; readonly keys: Set<string> };

/** What is wrong in a YAML file in block style, a line each. Values may be quoted, or lists in brackets on one line. */
export function yamlFaults(text: string): readonly string[] {
  const reader = createLineReader();
  return text.split('\n').flatMap((line, index) => reader(line).map((words) => `line ${index + 1} ${words}`));
}

/** Reads one line after the other, and says what is wrong in each. */
function createLineReader(): (line: string) => readonly string[] {
  const open: Mapping[] = [];
  let deepest = 0;
  let scalarIndent: number | undefined;
  return (line) => {
    const spaces = line.search(/\S/);
    const isInScalar = scalarIndent !== undefined && spaces > scalarIndent;
    if (spaces < 0 || isInScalar || line[spaces] === '#') return [];
    const { indent, isItem, body, key, value } = shapeOf(line, spaces);
    const depth = depthFaults(line, { spaces, deepest });
    // An item is a mapping of its own, whatever its forerunner had at the same place.
    closeFrom(open, isItem ? indent : indent + 1);
    deepest = key !== undefined && value === '' ? indent + 2 : indent;
    scalarIndent = /^[|>][+-]?$/.test(value) ? indent : undefined;
    if (key === undefined) return [...depth, ...said(!isItem && 'is neither a key nor an item'), ...valueFaults(body)];
    const keys = keysAt(open, indent);
    const again = said(keys.has(key) && `has ${key} a second time`);
    keys.add(key);
    return [...depth, ...again, ...valueFaults(value)];
  };
}

function shapeOf(line: string, spaces: number) {
  const isItem = line.startsWith('- ', spaces);
  const indent = isItem ? spaces + 2 : spaces;
  const body = line.slice(indent);
  const [, key, value = ''] = /^([\w.-]+):(?: +(.*))?$/.exec(body) ?? [];
  return { indent, isItem, body, key, value };
}

function depthFaults(line: string, { spaces, deepest }: { spaces: number; deepest: number }): readonly string[] {
  if (line.slice(0, spaces).includes('\t')) return ['is indented by a tab'];
  return said((spaces % 2 === 1 || spaces > deepest) && 'is indented by what nothing opens');
}

function said(words: string | false): readonly string[] {
  return words === false ? [] : [words];
}

function keysAt(open: Mapping[], indent: number): Set<string> {
  const last = open.at(-1);
  if (last?.indent === indent) return last.keys;
  const keys = new Set<string>();
  open.push({ indent, keys });
  return keys;
}

function closeFrom(open: Mapping[], indent: number): void {
  while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
}

function valueFaults(value: string): readonly string[] {
  if (/^'/.test(value)) return /^'(?:[^']|'')*'$/.test(value) ? [] : ['has a quote that does not end'];
  if (/^"/.test(value)) return /^"(?:[^"\\]|\\.)*"$/.test(value) ? [] : ['has a quote that does not end'];
  if (/^[[{]/.test(value)) return /^(?:\[[^[\]]*\]|\{[^{}]*\})$/.test(value) ? [] : ['has a bracket that does not end'];
  return /: |:$/.test(value) ? ['has a colon that has to be quoted'] : [];
}

const TAG = /<(\/?)([A-Za-z]\w*)((?:\s+\w+="[^"<&]*")*)\s*(\/?)>/g;

/** What is wrong in an XML file without comments and entities. */
export function xmlFaults(text: string): readonly string[] {
  const body = text.replace(/^<\?xml [^?]*\?>\s*/, '').trim();
  if (/[<&]/.test(body.replaceAll(TAG, ''))) return ['holds a tag or a sign that cannot be read'];
  const open: string[] = [];
  let roots = 0;
  for (const [, closes, name = '', , isEmpty] of body.matchAll(TAG)) {
    if (closes === '/') {
      if (open.pop() !== name) return [`closes ${name}, which is not what is open`];
    } else {
      if (open.length === 0) roots++;
      if (isEmpty === '') open.push(name);
    }
  }
  if (open.length > 0) return [`does not close ${open.at(-1)}`];
  return roots === 1 ? [] : ['has no root, or several'];
}
