import type { AdapterView } from "../shared/adapter";
import type { Result } from "./measure";
import { type EngineName, labelOf } from "./peers";
import { WORKLOADS, type WorkloadName } from "./workloads";

/** Losses that differ by less are the same: engines sum in different orders. */
const TOLERANCE = 0.01;

/** Whether an engine's losses are those that all engines must give; null as long as they agree but some are missing. */
export function agrees({ lossError, losses, workload }: Result): boolean | null {
  if (lossError >= TOLERANCE) return false;
  return Object.keys(WORKLOADS[workload as WorkloadName].losses).every((step) => Number(step) in losses) ? true : null;
}

/** A number with three digits that count; a dash where there is none. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export const HEAD = [
  "Workload",
  "Engine",
  "ms a step (range)",
  "times wgrad's",
  "GFLOP/s",
  "Dispatches",
  "Bind groups",
  "GPU peak, MiB",
  "First step, s",
  "Loss at 1 / 10 / 20",
  "Same losses",
];

/** A row of the table of results. @param own the result of wgrad on the same workload */
export function cells(r: Result, own: Result | undefined): string[] {
  const { median, min, max } = r.ms;
  const same = agrees(r);
  return [
    r.workload,
    `${labelOf(r.engine as EngineName)} ${r.version}`,
    `${short(median)} (${short(min)}–${short(max)})`,
    own ? `${(median / own.ms.median).toFixed(1)}×` : "–",
    short(r.gflops),
    short(r.perStep.dispatchWorkgroups ?? 0),
    short(r.perStep.createBindGroup ?? 0),
    short(r.peakMebibytes),
    r.firstStepSeconds.toFixed(1),
    [1, 10, 20].map((step) => r.losses[step]?.toFixed(4) ?? "–").join(" / "),
    same === null ? "–" : same ? "yes" : `no, off by ${short(r.lossError)}`,
  ];
}

export const ownOf = (results: readonly Result[], workload: string): Result | undefined =>
  results.find((r) => r.workload === workload && r.engine === "wgrad");

/** What the adapter is called in reports. */
export const adapterText = ({ name, software }: AdapterView): string =>
  software ? `${name} (software: it runs on the CPU and says nothing about a GPU)` : name;

/** The results as a Markdown table. */
export function markdown(results: readonly Result[], adapter: AdapterView, browser: string): string {
  const rows = [HEAD, HEAD.map(() => "---"), ...results.map((r) => cells(r, ownOf(results, r.workload)))];
  const workloads = [...new Set(results.map((r) => r.workload))] as WorkloadName[];
  return [
    `Adapter: ${adapterText(adapter)}. Browser: ${browser}.`,
    "",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
    ...workloads.map((w) => `${w}: ${WORKLOADS[w].title}.  `),
  ].join("\n");
}
