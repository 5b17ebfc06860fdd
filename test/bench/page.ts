// Runs one workload of one engine in the browser, for main.ts.
import type { BenchEngine } from "./engines/engine";
import { countCalls, measure, type Result } from "./measure";

const ENGINES: Readonly<Record<string, () => Promise<{ create(): Promise<BenchEngine> }>>> = {
  wgrad: () => import("./engines/wgrad"),
  tfjs: () => import("./engines/tfjs"),
  jax: () => import("./engines/jax"),
};

declare global {
  var runBench: (engine: string, workload: "W1" | "W2", milliseconds: number) => Promise<Result>;
}

const counts = countCalls(globalThis as unknown as Record<string, unknown>);

globalThis.runBench = async (engine, workload, milliseconds) => {
  const { create } = await ENGINES[engine]!();
  return measure(engine, create, workload, { counts, on: "chrome", milliseconds });
};
