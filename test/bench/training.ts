import type { Result } from "../../demos/race/measure";
import type { WorkloadName } from "../../demos/race/workloads";
import { type Host, messageOf } from "./hosts";
import { CEILING } from "./kernels/cases";
import { type Failure, markdownTable, measuredPart, report } from "./report";

export interface Choice {
  readonly engines: readonly string[];
  readonly workloads: readonly WorkloadName[];
  readonly repeat: number;
  readonly seconds: number;
  readonly json: boolean;
  /** Other sizes of a workload than its own. */
  readonly sizes?: (workload: WorkloadName) => Readonly<Record<string, number>> | undefined;
  /** Steps between two readings of the loss. */
  readonly block?: number;
  /** Whether the time of each kernel in a step is asked for. */
  readonly profile?: boolean;
}

/** The training steps of every engine, in rounds, so that what else the machine does meets all alike. */
export async function benchTraining(
  host: Host,
  { engines, workloads, repeat, seconds, json, sizes, block = 10, profile = false }: Choice,
): Promise<string> {
  const results: Result[] = [];
  const failures: Failure[] = [];
  let ceiling = 0;
  for (let round = 0; round < repeat; round++) {
    for (const workload of workloads)
      for (const engine of engines)
        try {
          const task = { kind: "train", engine, workload, milliseconds: 1000 * seconds, block, profile } as const;
          const result = await host.run({ ...task, sizes: sizes?.(workload) });
          console.error(`${workload} ${engine}: ${result.ms.median.toFixed(2)} ms`);
          results.push(result);
        } catch (error) {
          failures.push({ engine, workload, error: messageOf(error) });
          console.error(`${workload} ${engine}: ${messageOf(error)}`);
        }
    if (!json) ceiling = Math.max(ceiling, await ceilingOf(host));
  }
  if (json) return [...results, ...failures].map((r) => JSON.stringify(r)).join("\n");
  return [
    report(results, failures, ceiling),
    ...results.flatMap((r) => [
      ...measuredPart(`${r.workload} ${r.engine}, ways measured`, r.measured ?? []),
      ...profileOf(r),
    ]),
  ].join("\n\n");
}

/** GFLOP/s of a product of matrices by this engine: what steps, which are mostly products, could reach at most. */
async function ceilingOf(host: Host): Promise<number> {
  try {
    const product = await host.run({ kind: "kernel", engine: "wgrad", name: CEILING, milliseconds: 500 });
    return product?.rate ?? 0;
  } catch (error) {
    console.error(`${CEILING}: ${messageOf(error)}`);
    return 0;
  }
}

/** Where a step's time goes on the device, kernel by kernel. */
function profileOf({ workload, engine, kernels }: Result): string[] {
  if (!kernels) return [];
  const total = kernels.reduce((sum, k) => sum + k.milliseconds, 0);
  const rows = kernels.map((k) => [
    k.kernel,
    String(k.count),
    k.milliseconds.toFixed(4),
    share(k.milliseconds / total),
  ]);
  const title = `${workload} ${engine}: ${total.toFixed(3)} ms in kernels`;
  return [[title, "", markdownTable(["kernel", "dispatches", "ms", "share"], rows)].join("\n")];
}

const share = (part: number): string => `${Math.round(100 * part)} %`;
