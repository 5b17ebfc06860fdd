// Measurements in Node on Dawn: nothing but this file's imports and the package `webgpu` is needed.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BenchEngine } from "../../demos/race/engines/engine";
import { create } from "../../demos/race/engines/wgrad";
import { countCalls } from "../../demos/race/measure";
import { version } from "../../package.json";
import { type Host, within } from "./hosts";
import { create as createRaw } from "./kernels/raw";
import { create as createKernels } from "./kernels/wgrad";
import { MANNERS, runTask, type Task, TUNED } from "./tasks";

/** Where `installedPeers.ts` puts the peers' bundles; as far from here as from where this file is built to. */
const PEERS = join(import.meta.dirname, "../../node_modules/.bench/peers");

/** What jax-js uses of iterators, and what Node has from version 22 on. */
function lendIterators(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as Record<string, unknown>;
  prototype.map ??= function* (this: Iterable<unknown>, fn: (v: unknown) => unknown) {
    for (const v of this) yield fn(v);
  };
  prototype.filter ??= function* (this: Iterable<unknown>, fn: (v: unknown) => boolean) {
    for (const v of this) if (fn(v)) yield v;
  };
}

/** A peer's bundle, in Node. @throws Error where there is none */
function peer(name: string): Promise<object> {
  // What TensorFlow.js takes for a browser: its platform for Node wants modules that a bundle does not have.
  (globalThis as { window?: object }).window ??= Object.assign(Object.create(globalThis), { document: {} });
  lendIterators();
  return import(/* @vite-ignore */ pathToFileURL(join(PEERS, `${name}.mjs`)).href);
}

/** This engine, plain WebGPU, and peers that were bundled before. */
export async function nodeHost(): Promise<Host> {
  const { create: createGpu, globals } = (await import("webgpu")) as unknown as {
    create(flags: string[]): GPU;
    globals: Record<string, unknown>;
  };
  const counts = countCalls(globals);
  for (const [name, value] of Object.entries(globals)) (globalThis as Record<string, unknown>)[name] ??= value;
  let gpu: GPU | undefined;
  let last: BenchEngine | undefined;
  /** As a page would find it: the peers look nowhere else. */
  const asInPage = () => {
    gpu ??= createGpu(["disable-dawn-features=timestamp_quantization"]);
    const value = { gpu, userAgent: "node", hardwareConcurrency: 2 };
    Object.defineProperty(globalThis, "navigator", { value, configurable: true });
  };
  const engines = {
    async training(engine: string) {
      last?.dispose?.();
      Object.assign(counts, { calls: {}, bytes: 0, peakBytes: 0 });
      if (engine in MANNERS) last = await create(version, MANNERS[engine]);
      else {
        asInPage();
        const { create: createPeer } = await (engine === "jax"
          ? import("../../demos/race/engines/jax")
          : import("../../demos/race/engines/tfjs"));
        last = await createPeer(await peer(engine));
      }
      return last;
    },
    async kernels(engine: string) {
      if (engine.startsWith("wgrad")) return createKernels(version, engine === TUNED);
      gpu ??= createGpu(["disable-dawn-features=timestamp_quantization"]);
      if (engine === "raw") return createRaw(gpu);
      asInPage();
      const { create: createPeer } = await (engine === "jax" ? import("./kernels/jax") : import("./kernels/tfjs"));
      return createPeer(await peer(engine));
    },
  };
  return {
    on: "node",
    run: (task, seconds) => within(runTask(task as Task, "node", counts, engines), seconds) as Promise<never>,
    async close() {},
  };
}
