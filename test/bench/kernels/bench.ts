import { type Host, messageOf } from "../hosts";
import { markdownTable, measuredPart, where } from "../report";
import type { Choice } from "../training";
import { CASES, LARGE_CASES } from "./cases";
import type { KernelResult, OverheadResult } from "./measure";

const significant = (n: number): string => String(Number(n.toPrecision(3)));

/** Every op of every engine that has it, then what a dispatch costs. */
export async function benchKernels(
  host: Host,
  { engines, seconds, json }: Choice,
  only: RegExp,
  large: boolean,
): Promise<string> {
  const results: KernelResult[] = [];
  const overheads: OverheadResult[] = [];
  const milliseconds = 1000 * seconds;
  const log = (name: string, engine: string, text: string) => console.error(`${name}, ${engine}: ${text}`);
  for (const c of (large ? LARGE_CASES : CASES).filter((k) => k.op === "copy" || only.test(k.name)))
    for (const engine of c.op === "copy" ? ["raw"] : engines)
      try {
        const result = await host.run({ kind: "kernel", engine, name: c.name, milliseconds });
        if (result) results.push(result);
        log(c.name, engine, result ? `${significant(result.rate)} ${result.unit}` : "has none");
      } catch (error) {
        log(c.name, engine, messageOf(error));
      }
  if (!large && only.test("dispatches"))
    for (const engine of ["raw", ...engines])
      try {
        const result = await host.run({ kind: "overhead", engine, milliseconds });
        overheads.push(result);
        log("500 dispatches", engine, `${significant(result.microseconds)} µs each`);
      } catch (error) {
        log("500 dispatches", engine, messageOf(error));
      }
  if (json) return [...results, ...overheads].map((r) => JSON.stringify(r)).join("\n");
  const ways = measuredPart(
    "Ways measured",
    results.flatMap((r) => r.measured),
  );
  return [where([...results, ...overheads]), kernelTable(results), overheadTable(overheads), ...ways].join("\n\n");
}

/** Shares are of the best product of matrices that any engine reached, and of the faster copy. */
function kernelTable(results: readonly KernelResult[]): string {
  const products = results.filter((r) => r.name.startsWith("matmul")).map((r) => r.rate);
  const ceilings: Record<string, number> = {
    "GFLOP/s": Math.max(...products),
    "GB/s": Math.max(...results.filter((r) => r.engine === "raw").map((r) => r.rate)),
  };
  const rows = results.map((r) => {
    const own = results.find((o) => o.name === r.name && o.engine === "wgrad");
    const ceiling = ceilings[r.unit]!;
    const off = own && own !== r && own.squares ? Math.abs(r.squares / own.squares - 1) : Number.NaN;
    return [
      r.name,
      `${r.engine} ${r.version}`,
      r.ms.toPrecision(3),
      `${significant(r.rate)} ${r.unit}`,
      ceiling > 0 ? `${Math.round((100 * r.rate) / ceiling)} %` : "",
      own && own !== r ? `${(r.ms / own.ms).toFixed(1)}×` : "",
      Number.isNaN(off) ? "" : off.toExponential(0),
    ];
  });
  const head = ["op", "engine", "ms", "rate", "of the ceiling", "times wgrad's", "sum of squares off by"];
  return markdownTable(head, rows);
}

function overheadTable(results: readonly OverheadResult[]): string {
  const rows = results.map((r) => [
    `${r.engine} ${r.version}`,
    significant(r.microseconds),
    significant(r.encodeMicroseconds),
  ]);
  return markdownTable(["500 dependent dispatches", "µs each", "of which asking for it, µs"], rows);
}
