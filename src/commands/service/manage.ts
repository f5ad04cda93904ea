import type { ServiceStatusDocument, ServiceUninstallDocument } from '../../documents/service.ts';
import { EXIT } from '../../exit.ts';
import { confirm } from '../../terminal/confirm.ts';
import { renderFields } from '../../terminal/table.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { presentUnits, removeUnit, retire } from './present.ts';
import type { Scope } from './systemctl.ts';
import { carryOut, createSystemctl, unitFolder } from './systemctl.ts';

/** Says what is installed, whether it runs, and when it runs next; exit code 1 where nothing is. */
export function status({ scope }: { readonly scope: Scope }, { env, output }: Context): number {
  const files = presentUnits(unitFolder(scope, env));
  const units = files.map(({ name, file }) => ({ unit: name, file, ...standing(scope, name, env) }));
  if (output.json) output.resultJson({ units } satisfies ServiceStatusDocument, 2);
  else if (units.length === 0) output.result(`No service is installed here. plexsync service install makes one.`);
  else
    output.result(
      units
        .map(({ unit, file, active, result, next }) =>
          renderFields(
            [
              ['unit', unit],
              ['file', file],
              ['state', active ?? 'unknown: systemd does not answer'],
              ...(result === null || result === 'success' ? [] : [['last result', result] as const]),
              ...(next === null ? [] : [['next run', next] as const]),
            ],
            output.readerOf('stdout'),
          ),
        )
        .join('\n'),
    );
  return units.length === 0 ? EXIT.jobsFailed : EXIT.done;
}

/** Stops the service and removes its units, after asking; what others wrote stays. */
export async function uninstall(
  { scope, confirmed }: { readonly scope: Scope; readonly confirmed: 'yes' | 'ask' },
  context: Context,
): Promise<number> {
  const { env, output, streams } = context;
  const files = presentUnits(unitFolder(scope, env));
  if (files.length > 0) {
    const answer = await confirm(`Stop and remove ${files.map(({ name }) => name).join(' and ')}?`, {
      yes: confirmed === 'yes',
      streams,
    });
    if (answer !== 'yes') return declined(answer, context);
  }
  const systemctl = createSystemctl(scope, env);
  retire(
    systemctl,
    files.map(({ name }) => name),
  );
  for (const { file } of files) removeUnit(file);
  if (files.length > 0) carryOut(systemctl, ['daemon-reload']);
  if (output.json) output.resultJson({ removed: files.map(({ file }) => file) } satisfies ServiceUninstallDocument, 2);
  else
    output.result(
      files.length === 0
        ? 'No service is installed here; nothing to do.'
        : `Removed ${files.map(({ file }) => file).join(' and ')}. The data directory stays.`,
    );
  return EXIT.done;
}

type Standing = { readonly active: string | null; readonly result: string | null; readonly next: string | null };

function standing(scope: Scope, unit: string, env: NodeJS.ProcessEnv): Standing {
  const properties = ['ActiveState', 'SubState', 'Result', 'NextElapseUSecRealtime'];
  const answer = createSystemctl(scope, env)(['show', unit, `--property=${properties.join(',')}`]);
  if (answer?.code !== 0) return { active: null, result: null, next: null };
  const told = new Map(
    answer.stdout.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const active = [told.get('ActiveState'), told.get('SubState')].filter(Boolean).join(', ');
  return {
    active: active || null,
    result: told.get('Result') || null,
    next: told.get('NextElapseUSecRealtime') || null,
  };
}
