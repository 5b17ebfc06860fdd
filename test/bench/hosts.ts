// Where measurements run: in a browser, each in a fresh one; or in Node, this engine alone.
import { join } from "node:path";
import { build, preview } from "vite";
import { create } from "../../demos/race/engines/wgrad";
import { countCalls } from "../../demos/race/measure";
import { version } from "../../package.json";
import { findBrowser, launchBrowser } from "../../src/cli/browser";
import { wgslKernels } from "../../src/kernel/vitePlugin";
import { benchFolder, installPeers, peerFolders } from "./installedPeers";
import { create as createRaw } from "./kernels/raw";
import { create as createKernels } from "./kernels/wgrad";
import { type Answers, MANNERS, runTask, type Task } from "./tasks";

const ROOT = join(import.meta.dirname, "../..");

export interface Host {
  readonly on: "chrome" | "node";
  /** Runs a task. @throws Error where the engine fails, or after the given seconds */
  run<K extends Task["kind"]>(task: Task & { kind: K }, seconds?: number): Promise<Answers[K]>;
  close(): Promise<void>;
}

/** Builds the page, and gives each task a browser of its own: no engine finds what another has left. */
export async function chromeHost(): Promise<Host> {
  installPeers(ROOT);
  const outDir = join(benchFolder(ROOT), "site");
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    plugins: [wgslKernels(ROOT)],
    resolve: { alias: peerFolders(ROOT) },
    build: { outDir, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 10_000 },
  });
  const server = await preview({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    build: { outDir },
    preview: { port: 0 },
  });
  const found = await findBrowser({ fetch: true, log: (line) => console.error(line) });
  return {
    on: "chrome",
    async run(task, seconds) {
      const browser = await launchBrowser(found);
      try {
        const page = await browser.newPage();
        await page.goto(server.resolvedUrls!.local[0]!);
        await page.waitForFunction(() => "runTask" in globalThis);
        return (await within(
          page.evaluate((t) => globalThis.runTask(t), task as Task),
          seconds,
        )) as never;
      } finally {
        await browser.close();
      }
    },
    close: () => server.close(),
  };
}

/** This engine, and plain WebGPU, in Node. */
export async function nodeHost(): Promise<Host> {
  const { create: createGpu, globals } = (await import("webgpu")) as unknown as {
    create(flags: string[]): GPU;
    globals: Record<string, unknown>;
  };
  const counts = countCalls(globals);
  for (const [name, value] of Object.entries(globals)) (globalThis as Record<string, unknown>)[name] ??= value;
  let gpu: GPU | undefined;
  const engines = {
    training: (engine: string) => create(version, MANNERS[engine]),
    kernels(engine: string) {
      gpu ??= createGpu([]);
      return engine === "raw" ? createRaw(gpu) : createKernels(version);
    },
  };
  return {
    on: "node",
    run: (task, seconds) => within(runTask(task as Task, "node", counts, engines), seconds) as Promise<never>,
    async close() {},
  };
}

/** The promise's value, unless it takes longer. */
async function within<T>(promise: Promise<T>, seconds?: number): Promise<T> {
  if (!seconds) return promise;
  promise.catch(() => {}); // where the time is up first, nobody waits for it any more
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), 1000 * seconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of what went wrong, without the browser's stack. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/^Error: /, "");
