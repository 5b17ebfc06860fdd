// Runs one workload of one engine in the browser, for main.ts.

import type { BenchEngine } from "../../demos/race/engines/engine";
import { countCalls, measure, type Result } from "../../demos/race/measure";
import type { WorkloadName } from "../../demos/race/workloads";
import { version } from "../../package.json";

const ENGINES: Readonly<Record<string, () => Promise<BenchEngine>>> = {
  async wgrad() {
    const { create } = await import("../../demos/race/engines/wgrad");
    return create(version);
  },
  async tfjs() {
    const { create } = await import("../../demos/race/engines/tfjs");
    const tf = await import("@tensorflow/tfjs");
    await import("@tensorflow/tfjs-backend-webgpu");
    return create(tf);
  },
  async jax() {
    const { create } = await import("../../demos/race/engines/jax");
    return create(await import("@jax-js/jax"));
  },
};

declare global {
  var runBench: (engine: string, workload: WorkloadName, milliseconds: number) => Promise<Result>;
}

const counts = countCalls(globalThis as unknown as Record<string, unknown>);

globalThis.runBench = (engine, workload, milliseconds) =>
  measure(engine, ENGINES[engine]!, workload, { counts, on: "chrome", milliseconds });
