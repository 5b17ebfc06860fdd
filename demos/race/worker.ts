// Measures one engine on one workload. Each measurement has a worker, and so engines and devices, of its own.
import { version } from "../../package.json";
import { serve } from "../shared/remote";
import type { BenchEngine } from "./engines/engine";
import { countCalls, measure, type Result } from "./measure";
import { type EngineName, labelOf, PEERS, type PeerName } from "./peers";
import { NOT_LOADED, type WorkerEvent, type WorkerMethods } from "./protocol";

/** Milliseconds between two reports to the page. */
const REPORT_EVERY = 50;

const counts = countCalls(globalThis as unknown as Record<string, unknown>);

/** What the first file exports, or leaves in the engine's variable; the others are loaded for what they do to it. */
async function load(engine: PeerName, modules: readonly string[]): Promise<unknown> {
  try {
    const loaded: object[] = [];
    for (const address of modules) loaded.push(await import(/* @vite-ignore */ address));
    const { variable } = PEERS[engine];
    return variable && variable in globalThis ? Reflect.get(globalThis, variable) : loaded[0];
  } catch (cause) {
    console.warn(cause);
    const { host } = new URL(modules[0]!);
    const error = new Error(`${labelOf(engine)} could not be loaded from ${host}: is this computer offline?`);
    error.name = NOT_LOADED;
    throw error;
  }
}

async function create(engine: EngineName, modules: readonly string[]): Promise<BenchEngine> {
  if (engine === "wgrad") return (await import("./engines/wgrad")).create(version);
  const loaded = await load(engine, modules);
  const made = engine === "tfjs" ? await import("./engines/tfjs") : await import("./engines/jax");
  return made.create(loaded);
}

const send = serve<WorkerMethods, WorkerEvent>({
  async run({ engine, modules, workload, milliseconds }) {
    const ready = await create(engine, modules);
    send({ event: "loaded" });
    let reported = Number.NEGATIVE_INFINITY;
    const onProgress = (result: Result) => {
      if (performance.now() - reported < REPORT_EVERY) return;
      reported = performance.now();
      send({ event: "progress", result });
    };
    return measure(engine, async () => ready, workload, { counts, on: "worker", milliseconds, onProgress });
  },
});
