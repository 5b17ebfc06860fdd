import type { Result } from "../../demos/race/measure";
import type { WorkloadName } from "../../demos/race/workloads";
import { type Host, messageOf } from "./hosts";
import { type Failure, report } from "./report";

export interface Choice {
  readonly engines: readonly string[];
  readonly workloads: readonly WorkloadName[];
  readonly repeat: number;
  readonly seconds: number;
  readonly json: boolean;
}

/** The training steps of every engine, in rounds, so that what else the machine does meets all alike. */
export async function benchTraining(
  host: Host,
  { engines, workloads, repeat, seconds, json }: Choice,
): Promise<string> {
  const results: Result[] = [];
  const failures: Failure[] = [];
  for (let round = 0; round < repeat; round++)
    for (const workload of workloads)
      for (const engine of engines)
        try {
          const result = await host.run({ kind: "train", engine, workload, milliseconds: 1000 * seconds });
          console.error(`${workload} ${engine}: ${result.ms.median.toFixed(2)} ms`);
          results.push(result);
        } catch (error) {
          failures.push({ engine, workload, error: messageOf(error) });
          console.error(`${workload} ${engine}: ${messageOf(error)}`);
        }
  return json ? [...results, ...failures].map((r) => JSON.stringify(r)).join("\n") : report(results, failures);
}
