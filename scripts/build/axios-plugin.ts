import zlib from 'node:zlib';
import type { Plugin } from 'rolldown';

/**
 * What axios brings for others: other ways to send than Node's http, proxies, redirects and forms. The transport shuts
 * them off, and they cost more at each start than all else of axios.
 */
const UNUSED: readonly RegExp[] = [
  /^\.\/fetch\.js$/,
  /^\.\/xhr\.js$/,
  /\/Http2Sessions\.js$/,
  /^follow-redirects$/,
  /^https-proxy-agent$/,
  /^proxy-from-env$/,
  /^form-data$/,
];

/** What axios asks of Node, by file, and the answer that it gets here, since Node would load whole modules for its own. */
const ASKED_FOR: Readonly<Record<string, readonly [what: string, answer: string]>> = {
  // Node would load its whole fetch.
  'utils.js': ['G.FormData', 'undefined'],
  // axios times requests by it, and Node loads perf_hooks; without it axios takes Date.now.
  'core/dispatchRequest.js': ['typeof performance', "'undefined'"],
  // By them axios learns whether Node sends through proxies of the environment; our own agents never do.
  'adapters/http.js': ['process.allowedNodeEnvironmentFlags', 'undefined'],
};

const LEFT_OUT = '\0left-out-of-axios';
const LATE_ZLIB = '\0zlib-of-axios';

const met = new Set<RegExp | string>();

/** Bundles axios without what is never used of it. */
export const axiosPlugin: Plugin = {
  name: 'axios',
  resolveId: (id, importer) => {
    if (importer === undefined || !/[\\/]node_modules[\\/]axios[\\/]/.test(importer)) return undefined;
    if (id === 'zlib') return { id: LATE_ZLIB };
    const part = UNUSED.find((unused) => unused.test(id));
    if (part === undefined) return undefined;
    met.add(part);
    return { id: LEFT_OUT };
  },
  load: (id) => {
    if (id === LEFT_OUT) return { code: LEFT_OUT_CODE };
    return id === LATE_ZLIB ? { code: lateZlib() } : undefined;
  },
  transform: (code, id) => {
    const [, part = ''] = id.replaceAll('\\', '/').split('/axios/lib/');
    const asked = ASKED_FOR[part];
    if (asked === undefined) return undefined;
    met.add(part);
    const [what, answer] = asked;
    if (!code.includes(what)) throw new Error(`axios asks in ${part} for ${what} in another way than before`);
    return code.replaceAll(what, answer);
  },
  // Another axios may name its parts otherwise: they would be back unseen, with all they load.
  buildEnd: () => {
    const missed = [...UNUSED, ...Object.keys(ASKED_FOR)].filter((part) => !met.has(part));
    if (missed.length > 0) throw new Error(`axios has no such parts any more: ${missed.join(', ')}`);
  },
};

// A use would throw at once, with this name in its stack.
const LEFT_OUT_CODE = `class LeftOutOfAxios {}
export default LeftOutOfAxios;
export { LeftOutOfAxios as getProxyForUrl, LeftOutOfAxios as getFetch };`;

/**
 * axios reads constants as it is loaded; what unpacks is loaded for an answer that is packed. Without zstd, which the
 * oldest Node has not.
 */
function lateZlib(): string {
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
  const unpackers = ['createUnzip', 'createBrotliDecompress'];
  return [
    "const load = () => process.getBuiltinModule('node:zlib');",
    `export default { constants: ${JSON.stringify({ Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH })},`,
    ...unpackers.map((name) => `${name}: (options) => load().${name}(options),`),
    '};',
  ].join('\n');
}
