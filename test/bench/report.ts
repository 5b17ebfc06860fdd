import { largestError, type Result } from "../../demos/race/measure";
import type { Measurement } from "../../src/index";

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

/** A measurement that an engine did not get through. */
export interface Failure {
  readonly engine: string;
  readonly workload: string;
  readonly error: string;
}

/** Rows as a Markdown table. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What every report says first. @param most letters of the adapter's name */
export function where(results: readonly { adapter: string; on: string }[], most = 200): string {
  if (!results.length) return "Nothing was measured.";
  const adapter = results.find((r) => r.adapter)?.adapter ?? "unknown adapter";
  const name = adapter.length > most ? `${adapter.slice(0, most)}…` : adapter;
  return `Adapter: ${name}${isSoftware(adapter) ? " (software)" : ""}. On: ${results[0]!.on}.`;
}

const isSoftware = (adapter: string): boolean => /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(adapter);

const HEAD =
  "workload|engine|ms a step|slower than wgrad|GFLOP/s|of the ceiling|dispatches|bind groups|buffers|submits|writes|pipelines|first step, s|GPU peak, MiB|loss off by";

/** How far losses are from those known for this size; in other sizes, from wgrad's own at the same steps. */
function offBy(r: Result, own: Result | undefined): string {
  if (Object.values(r.losses).some((loss) => !Number.isFinite(loss))) return "not finite";
  // A page's NaN arrives here as null.
  const error = !Number.isFinite(r.lossError) && own && own !== r ? largestError(r.losses, own.losses) : r.lossError;
  return Number.isFinite(error) ? error.toFixed(4) : "none known";
}

/**
 * One row an engine and workload, the median run of each; ratios are to wgrad in the same run of the benchmark.
 * @param ceiling GFLOP/s of a large product of matrices on the same device, 0 where that was not measured
 */
export function report(results: readonly Result[], failures: readonly Failure[] = [], ceiling = 0): string {
  const keys = [...new Set(results.map((r) => `${r.workload}|${r.engine}`))];
  const rows = keys.map((key) => {
    const runs = results.filter((r) => `${r.workload}|${r.engine}` === key);
    const middle = median(runs.map((r) => r.ms.median));
    return runs.find((r) => r.ms.median === middle)!;
  });
  const lines = rows.map((r) => {
    const own = rows.find((o) => o.workload === r.workload && o.engine === "wgrad");
    const ratio = own && own !== r ? `${(r.ms.median / own.ms.median).toFixed(1)}×` : "";
    const { dispatchWorkgroups = 0, createBindGroup = 0, createBuffer = 0, submit = 0, writeBuffer = 0 } = r.perStep;
    return [
      r.workload,
      `${r.engine} ${r.version}`,
      `${r.ms.median.toFixed(2)} (${r.ms.min.toFixed(1)}–${r.ms.max.toFixed(1)})`,
      ratio,
      r.gflops.toFixed(1),
      ceiling ? `${Math.round((100 * r.gflops) / ceiling)} %` : "",
      ...[dispatchWorkgroups, createBindGroup, createBuffer, submit, writeBuffer, r.pipelines].map(String),
      r.firstStepSeconds.toFixed(1),
      r.peakMebibytes.toFixed(1),
      offBy(r, own),
    ];
  });
  const failed = new Set(failures.map((f) => `${f.workload} ${f.engine}: ${f.error}`));
  return [where(results), "", markdownTable(HEAD.split("|"), lines), ...[...failed].map((f) => `\n${f}`)].join("\n");
}

/** What each way of ops took, under a title; nothing where no ways were measured. */
export function measuredPart(title: string, measured: readonly Measurement[]): string[] {
  if (!measured.length) return [];
  const ways = (m: Measurement) => Object.entries(m.milliseconds).map(([way, ms]) => `${way} ${ms.toFixed(4)}`);
  const rejected = (m: Measurement) => Object.entries(m.rejected).map(([way, why]) => `${way}: ${why}`);
  const rows = measured.map((m) => [m.key, m.usual, m.best, [...ways(m), ...rejected(m)].join("; ")]);
  return [`${title}:\n\n${markdownTable(["op", "first guess", "fastest", "ms"], rows)}`];
}
