/** One value of a metric; labels are written in this order. */
export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

/** A metric as Prometheus defines it: a counter only grows and its name ends in `_total`. */
export type Metric = {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
};

/** The metrics in Prometheus' text exposition format, version 0.0.4; a metric without a sample is left out. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${escaped(help)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(({ labels = {}, value }) => `${name}${labelsText(labels)} ${value}`),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Prometheus does not end a line at a carriage return, but many other tools do. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\r', ' ').replaceAll('\n', '\\n');
}
