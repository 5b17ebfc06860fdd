import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../../demos/race/measure";
import { type EngineName, labelOf } from "../../demos/race/peers";
import type { WorkloadName } from "../../demos/race/workloads";
import { type Host, messageOf } from "./hosts";
import { type Line, logLogPlot } from "./plot";
import { markdownTable, where } from "./report";
import { MANNERS } from "./tasks";
import type { Choice } from "./training";

interface Series {
  readonly workload: WorkloadName;
  readonly axis: string;
  readonly values: readonly number[];
  /** Sizes that differ from the workload's own besides. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Name of an op of which this engine's way is shown. */
  readonly shown?: string;
}

const powers = (from: number, to: number): number[] => {
  const list: number[] = [];
  for (let v = from; v <= to; v *= 2) list.push(v);
  return list;
};

const SERIES: readonly Series[] = [
  { workload: "W2", axis: "batch", values: powers(1, 512) },
  { workload: "W3", axis: "length", values: powers(16, 512), sizes: { batch: 8 }, shown: "recurrence" },
  { workload: "W3", axis: "hidden", values: powers(64, 1024), sizes: { batch: 8, length: 32 }, shown: "recurrence" },
  { workload: "W4", axis: "length", values: powers(64, 2048), sizes: { batch: 2 } },
  { workload: "W4", axis: "width", values: powers(64, 512) },
];

interface Point {
  readonly series: string;
  readonly engine: string;
  readonly value: number;
  readonly result?: Result;
  readonly error?: string;
}

export interface SweepChoice extends Choice {
  /** Points of a series, spread over it; default all. */
  readonly points: number;
  /** Seconds for a point; an engine that needs more is not asked for larger ones. */
  readonly limit: number;
}

const COLOURS: Readonly<Record<string, string>> = {
  wgrad: "#0072b2",
  tfjs: "#d55e00",
  jax: "#008561",
  "wgrad-unfused": "#7a5195",
  "wgrad-tuned": "#8a6d00",
  "wgrad-f16": "#55585e",
};
/** Steps a block: fewer than in the race, for the largest sizes are slow. */
const BLOCK = 2;

/** The cost of a step as one size of its workload grows: a table and a plot a series. */
export async function benchSweep(host: Host, choice: SweepChoice): Promise<string> {
  const parts: string[] = [];
  for (const s of SERIES.filter(({ workload }) => choice.workloads.includes(workload))) {
    const points = await sweep(host, s, choice);
    if (choice.json) parts.push(points.map((p) => JSON.stringify(p)).join("\n"));
    else parts.push(table(s, points, choice.engines));
    const plot = plotOf(s, points, choice.engines);
    if (plot) parts.push(...(choice.json ? [] : [`Plot: ${plot}`]));
  }
  return parts.join(choice.json ? "\n" : "\n\n");
}

const nameOf = ({ workload, axis }: Series): string => `${workload}-${axis}`;

async function sweep(host: Host, s: Series, { engines, seconds, points, limit }: SweepChoice): Promise<Point[]> {
  const last = s.values.length - 1;
  const count = Math.min(points, s.values.length);
  const chosen = new Set(Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1))));
  const made: Point[] = [];
  const over = new Set<string>();
  for (const value of s.values.filter((_, i) => chosen.has(i)))
    for (const engine of engines.filter((e) => !over.has(e))) {
      const point = { series: nameOf(s), engine, value };
      const sizes = { ...s.sizes, [s.axis]: value };
      const task = {
        kind: "train",
        engine,
        workload: s.workload,
        milliseconds: 1000 * seconds,
        sizes,
        block: BLOCK,
      } as const;
      try {
        const result = await host.run(task, limit);
        made.push({ ...point, result });
        console.error(`${nameOf(s)} ${value} ${engine}: ${result.ms.median.toFixed(2)} ms`);
      } catch (error) {
        made.push({ ...point, error: messageOf(error) });
        over.add(engine);
        console.error(`${nameOf(s)} ${value} ${engine}: ${messageOf(error)}`);
      }
    }
  return made;
}

/** Largest difference between the losses of the engines, after the steps that all have read. */
function lossesDiffer(results: readonly Result[]): string {
  const [first, ...others] = results;
  if (!first || !others.length) return "";
  const off = others.flatMap((o) =>
    Object.entries(first.losses).map(([step, loss]) => Math.abs(loss - (o.losses[Number(step)] ?? loss))),
  );
  return Math.max(...off).toFixed(4);
}

/** How this engine did an op, forward and backward. */
function waysOf(op: string, points: readonly Point[]): string {
  const ways = Object.entries(points.find((p) => p.engine === "wgrad")?.result?.ways ?? {});
  return [...new Set(ways.filter(([key]) => key.startsWith(op)).map(([, way]) => way))].join("; ");
}

function table(s: Series, points: readonly Point[], engines: readonly string[]): string {
  const rows = [...new Set(points.map((p) => p.value))].map((value) => {
    const here = points.filter((p) => p.value === value);
    const cells = engines.map((engine) => {
      const p = here.find((h) => h.engine === engine);
      if (!p) return "–";
      return p.result ? `${p.result.ms.median.toFixed(2)} (${p.result.peakMebibytes.toFixed(0)} MiB)` : p.error!;
    });
    const ways = s.shown ? [waysOf(s.shown, here)] : [];
    return [String(value), ...cells, ...ways, lossesDiffer(here.flatMap((p) => p.result ?? []))];
  });
  const results = points.flatMap((p) => p.result ?? []);
  const head = [
    s.axis,
    ...engines.map((e) => `${e}, ms a step (GPU peak)`),
    ...(s.shown ? [`way of ${s.shown}`] : []),
    "losses differ by",
  ];
  return [`${nameOf(s)}. ${where(results)}`, "", markdownTable(head, rows)].join("\n");
}

/** Letters of an adapter's name that fit into a plot. */
const MOST_OF_NAME = 56;

/** Writes the plot beside the recorded results. @returns its path */
function plotOf(s: Series, points: readonly Point[], engines: readonly string[]): string | null {
  const lines = engines.map((engine): Line => {
    const own = points.filter((p) => p.engine === engine && p.result);
    const label = engine in MANNERS ? engine : labelOf(engine as EngineName);
    return { label, colour: COLOURS[engine]!, points: own.map((p) => [p.value, p.result!.ms.median] as const) };
  });
  const results = points.flatMap((p) => p.result ?? []);
  if (!results.length) return null;
  const day = new Date().toISOString().slice(0, 10);
  const path = join(import.meta.dirname, "results", `${day}-sweep-${nameOf(s)}-${results[0]!.on}.svg`);
  const title = `${s.workload}: milliseconds of a training step by ${s.axis}`;
  writeFileSync(path, logLogPlot({ title, subtitle: where(results, MOST_OF_NAME), x: s.axis, y: "ms a step", lines }));
  return path;
}
