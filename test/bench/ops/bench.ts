import { type Host, messageOf } from "../hosts";
import { markdownTable, measuredPart, where } from "../report";
import { allLines } from "./lines";
import type { OpResult } from "./measure";

const significant = (n: number): string => String(Number(n.toPrecision(3)));

export interface OpsChoice {
  readonly milliseconds: number;
  readonly json: boolean;
  readonly only: RegExp;
  /** Whether the ways of each op are measured, and it is timed by the fastest. */
  readonly tune: boolean;
}

/** Every op: how fast it is, and how fast beside a plain copy or our best product of matrices. */
export async function benchOps(host: Host, { milliseconds, json, only, tune }: OpsChoice): Promise<string> {
  const lines = allLines().filter((l) => only.test(l.id) || only.test(l.family));
  const results: OpResult[] = [];
  for (const family of new Set(lines.map((l) => l.family))) {
    const names = lines.filter((l) => l.family === family).map((l) => l.id);
    try {
      const measured = await host.run({ kind: "ops", engine: "wgrad", names, milliseconds, tune });
      results.push(...measured);
      for (const r of measured) console.error(rowOf(r).join(" | "));
    } catch (error) {
      console.error(`${family}: ${messageOf(error)}`);
    }
  }
  if (json) return results.map((r) => JSON.stringify(r)).join("\n");
  const head = ["op", "shape", "dispatches", "ms", "rate", "share", "note"];
  const ways = measuredPart(
    "Ways measured",
    results.flatMap((r) => r.measured ?? []),
  );
  return [where(results), markdownTable(head, results.map(rowOf)), ...ways].join("\n\n");
}

/** Shares are of the copy beside it, or of the product where the rate is one of operations. */
const rowOf = ({ id, shape, dispatches, ms, rate, unit, share, note, error }: OpResult): string[] =>
  error
    ? [id, shape, "", "", "", "", error]
    : [id, shape, String(dispatches), ms.toPrecision(3), `${significant(rate)} ${unit}`, percent(share), note];

const percent = (share: number) => `${share < 0.5 ? "**" : ""}${Math.round(100 * share)} %${share < 0.5 ? "**" : ""}`;
