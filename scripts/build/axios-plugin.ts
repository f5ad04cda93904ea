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

const LEFT_OUT = '\0left-out-of-axios';

/** Bundles axios without what is never used of it. */
export const axiosPlugin: Plugin = {
  name: 'axios',
  resolveId: (id, importer) =>
    importer !== undefined && /[\\/]node_modules[\\/]axios[\\/]/.test(importer) && UNUSED.some((part) => part.test(id))
      ? { id: LEFT_OUT }
      : undefined,
  // A use would throw at once, with this name in its stack.
  load: (id) =>
    id === LEFT_OUT
      ? {
          code: 'class LeftOutOfAxios {}\nexport default LeftOutOfAxios;\nexport { LeftOutOfAxios as getProxyForUrl, LeftOutOfAxios as getFetch };',
        }
      : undefined,
  transform: (code, id) => (id.endsWith('/axios/lib/utils.js') ? withoutForms(code) : undefined),
};

/** To ask for the global class of forms loads Node's whole fetch. */
function withoutForms(code: string): string {
  const kept = code.replaceAll('G.FormData', 'undefined');
  if (kept === code) throw new Error('axios asks for FormData in another way than before');
  return kept;
}
