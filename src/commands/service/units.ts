import { variableOf } from '../../settings/table.ts';
import type { ServiceFacts } from './facts.ts';
import { EVERY_MINUTES, processArguments } from './facts.ts';

/** A unit of systemd, by the name of its file. */
export type Unit = { readonly name: string; readonly text: string };

/** The first line of whatever we write, by which `uninstall` knows it. */
export const MARKER = '# Written by: plexsync service install';

/** The units of a service: one that watches, or one with its timer; with several instances, a template. */
export function unitsOf(facts: ServiceFacts): readonly Unit[] {
  const name = facts.instances === 'several' ? 'plexsync@' : 'plexsync';
  const service = { name: `${name}.service`, text: serviceText(facts) };
  return facts.mode === 'watch' ? [service] : [service, { name: `${name}.timer`, text: TIMER }];
}

/** The unit that is enabled: by itself, or as instances of it. */
export function enabledUnit({ mode, instances }: Pick<ServiceFacts, 'mode' | 'instances'>): string {
  return `${instances === 'several' ? 'plexsync@' : 'plexsync'}.${mode === 'watch' ? 'service' : 'timer'}`;
}

function serviceText(facts: ServiceFacts): string {
  const { scope, mode, user } = facts;
  return lines([
    MARKER,
    '[Unit]',
    'Description=Carry scene metadata from Stash to Plex',
    ...(scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '',
    '[Service]',
    ...(user === undefined ? [] : [`User=${user}`]),
    ...(mode === 'timer' ? ['Type=oneshot'] : []),
    `ExecStart=${[facts.node, facts.bin, ...argumentsOf(facts)].map(execWord).join(' ')}`,
    ...credentialLines(facts),
    ...(mode === 'watch'
      ? ['SuccessExitStatus=143', 'Restart=always']
      : [
          '# A failed job, an outage and a full time slice are the daily life of a queue.',
          'SuccessExitStatus=1 4 5',
          'Restart=on-failure',
        ]),
    'RestartSec=60',
    '# A wrong setting, a refused token and a damaged directory do not heal by trying again.',
    'RestartPreventExitStatus=2 3 6',
    '',
    ...(scope === 'system' ? systemHardening(facts) : USER_HARDENING),
    ...(mode === 'watch' ? ['', '[Install]', `WantedBy=${scope === 'system' ? 'multi-user' : 'default'}.target`] : []),
  ]);
}

/** `%i` is the instance of a template: the name of its data directory. */
function argumentsOf(facts: ServiceFacts): readonly string[] {
  const args = processArguments(facts);
  return facts.instances === 'one'
    ? args
    : args.map((arg) => (arg === facts.dataDir ? INSTANCE_OF(facts.dataDir) : arg));
}

const INSTANCE = '\u0000i';
const INSTANCE_OF = (folder: string): string => `${folder}/${INSTANCE}`;

/** A system service reads a secret as root and hands it on alone; a user's own reads its file itself. */
function credentialLines({ scope, tokenFile, keyFile }: ServiceFacts): readonly string[] {
  const given = [
    { file: tokenFile, name: 'plex_token', variable: variableOf('plex_token_file') },
    { file: keyFile, name: 'stash_api_key', variable: variableOf('stash_api_key_file') },
  ];
  return given.flatMap(({ file, name, variable }) => {
    if (file === undefined) return [];
    if (scope === 'user') return [`Environment=${settingWord(`${variable}=${file}`)}`];
    return [`LoadCredential=${name}:${percent(file)}`, `Environment=${variable}=%d/${name}`];
  });
}

const SECCOMP = [
  'NoNewPrivileges=true',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictRealtime=true',
  'RestrictSUIDSGID=true',
  'LockPersonality=true',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
  '# Not MemoryDenyWriteExecute: Node compiles while it runs.',
  'UMask=0077',
];

const USER_HARDENING = [
  '# A user’s manager may not shut off folders, devices or capabilities on every system.',
  ...SECCOMP,
];

function systemHardening(facts: ServiceFacts): readonly string[] {
  const paths = [facts.node, facts.bin, facts.dataDir, facts.configFile ?? '', ...facts.reads];
  const needsHome = paths.some((path) => /^\/(home|root|run\/user)\//.test(path));
  return [
    'ProtectSystem=strict',
    `ProtectHome=${needsHome ? 'read-only' : 'true'}`,
    `ReadWritePaths=${settingWord(facts.dataDir)}`,
    'CacheDirectory=plexsync',
    'Environment=XDG_CACHE_HOME=%C',
    'PrivateTmp=true',
    'PrivateDevices=true',
    'ProtectKernelTunables=true',
    'ProtectKernelModules=true',
    'ProtectKernelLogs=true',
    'ProtectControlGroups=true',
    'ProtectClock=true',
    'ProtectHostname=true',
    'ProtectProc=invisible',
    'RestrictNamespaces=true',
    'RemoveIPC=true',
    'CapabilityBoundingSet=',
    ...SECCOMP,
  ];
}

const TIMER = lines([
  MARKER,
  '[Unit]',
  `Description=Carry scene metadata from Stash to Plex every ${EVERY_MINUTES} minutes`,
  '',
  '[Timer]',
  'OnBootSec=2min',
  `OnUnitInactiveSec=${EVERY_MINUTES}min`,
  '',
  '[Install]',
  'WantedBy=timers.target',
]);

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

/** systemd puts values for `%x`, which stand for themselves when doubled. */
function percent(text: string): string {
  return text.replaceAll('%', '%%').replaceAll(INSTANCE, '%i');
}

/** A word of a setting, in quotes where it has blanks. */
function settingWord(text: string): string {
  const escaped = percent(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s"'\\]/.test(text) ? `"${escaped}"` : escaped;
}

/** A word of ExecStart: there a `$` would be a variable too. */
function execWord(text: string): string {
  return settingWord(text).replaceAll('$', '$$$$');
}
