/** One value of a metric; labels in the order in which they are written. */
export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

/** A metric as Prometheus knows it: a counter only ever grows and its name ends in `_total`. */
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

/** A carriage return is no line end to Prometheus, but to half of the tools that read over its shoulder. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\r', ' ').replaceAll('\n', '\\n');
}
