import { type Host, messageOf } from "../hosts";
import { markdownTable, where } from "../report";
import type { NetResult } from "./measure";
import { NETWORKS } from "./networks";

const HEAD = "network|parameters|ms a step|GFLOP/s|dispatches|pipelines|first step, s|plan, MiB|loss";

/** Measures the networks whose names fit, one after the other. @param times factor of their batches */
export async function benchNets(
  host: Host,
  milliseconds: number,
  json: boolean,
  only: RegExp,
  times: number,
): Promise<string> {
  const [results, failures]: [NetResult[], string[]] = [[], []];
  for (const name of Object.keys(NETWORKS).filter((n) => only.test(n)))
    try {
      results.push(await host.run({ kind: "net", engine: "wgrad", milliseconds, name, times }));
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  if (json) return results.map((r) => JSON.stringify(r)).join("\n");
  const rows = results.map((r) => [
    r.name,
    String(r.parameters),
    `${r.ms.median.toFixed(2)} (${r.ms.min.toFixed(2)}–${r.ms.max.toFixed(2)})`,
    r.gflops.toFixed(1),
    ...[r.dispatches, r.pipelines].map(String),
    r.firstStepSeconds.toFixed(1),
    r.mebibytes.toFixed(1),
    r.loss.toPrecision(4),
  ]);
  return [where(results), "", markdownTable(HEAD.split("|"), rows), ...failures.map((f) => `\n${f}`)].join("\n");
}
