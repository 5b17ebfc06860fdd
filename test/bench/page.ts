// Runs one measurement in the browser, for chrome.ts.

import { countCalls } from "../../demos/race/measure";
import { version } from "../../package.json";
import { type Answer, type Engines, MANNERS, runTask as run, type Task, TUNED } from "./tasks";

async function tensorflow(): Promise<unknown> {
  const tf = await import("@tensorflow/tfjs");
  await import("@tensorflow/tfjs-backend-webgpu");
  return tf;
}

const engines: Engines = {
  async training(engine) {
    if (engine in MANNERS) return (await import("../../demos/race/engines/wgrad")).create(version, MANNERS[engine]);
    if (engine === "jax") return (await import("../../demos/race/engines/jax")).create(await import("@jax-js/jax"));
    return (await import("../../demos/race/engines/tfjs")).create(await tensorflow());
  },
  async kernels(engine) {
    if (engine.startsWith("wgrad")) return (await import("./kernels/wgrad")).create(version, engine === TUNED);
    if (engine === "raw") return (await import("./kernels/raw")).create(navigator.gpu);
    if (engine === "jax") return (await import("./kernels/jax")).create(await import("@jax-js/jax"));
    return (await import("./kernels/tfjs")).create(await tensorflow());
  },
};

declare global {
  var runTask: (task: Task) => Promise<Answer>;
}

const counts = countCalls(globalThis as unknown as Record<string, unknown>);

globalThis.runTask = (task) => run(task, "chrome", counts, engines);
