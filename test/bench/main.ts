import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, preview } from "vite";
import { create } from "../../demos/race/engines/wgrad";
import { countCalls, measure, type Result } from "../../demos/race/measure";
import { WORKLOADS, type WorkloadName } from "../../demos/race/workloads";
import { version } from "../../package.json";
import { findBrowser, launchBrowser } from "../../src/cli/browser";
import { wgslKernels } from "../../src/kernel/vitePlugin";

import { report } from "./report";

// Mesa keeps compiled shaders between runs, which would make all first steps but the first ever look quick.
process.env.MESA_SHADER_CACHE_DISABLE = "true";

const ROOT = join(import.meta.dirname, "../..");
const WORK = join(ROOT, "node_modules/.bench");
const PEERS: Readonly<Record<string, readonly string[]>> = {
  tfjs: ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-webgpu@4.22.0"],
  jax: ["@jax-js/jax@0.1.25"],
};
const nameOf = (spec: string) => spec.slice(0, spec.lastIndexOf("@"));

/** Installs the peers beside the project, not into it. The page names all of them, whichever are measured. */
function installPeers(): void {
  const wanted = Object.values(PEERS).flat();
  if (wanted.every((spec) => existsSync(join(WORK, "node_modules", nameOf(spec))))) return;
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, "package.json"), '{ "private": true }');
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", ...wanted], {
    cwd: WORK,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error(`installing ${wanted.join(" ")} failed`);
}

/** Each measurement in a fresh browser: no engine finds what another has left. */
async function inChrome(
  engines: readonly string[],
  workloads: readonly string[],
  repeat: number,
  seconds: number,
): Promise<Result[]> {
  installPeers();
  const peers = Object.values(PEERS).flat().map(nameOf);
  const outDir = join(WORK, "site");
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    plugins: [wgslKernels(ROOT)],
    resolve: { alias: Object.fromEntries(peers.map((p) => [p, join(WORK, "node_modules", p)])) },
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
  const results: Result[] = [];
  for (let round = 0; round < repeat; round++)
    for (const workload of workloads)
      for (const engine of engines) {
        const browser = await launchBrowser(found);
        const page = await browser.newPage();
        await page.goto(server.resolvedUrls!.local[0]!);
        await page.waitForFunction(() => "runBench" in globalThis);
        const result = await page.evaluate(
          (e, w, ms) => globalThis.runBench(e, w as WorkloadName, ms),
          engine,
          workload,
          1000 * seconds,
        );
        console.error(`${workload} ${engine}: ${result.ms.median.toFixed(2)} ms`);
        results.push(result);
        await browser.close();
      }
  await server.close();
  return results;
}

async function inNode(workloads: readonly string[], repeat: number, seconds: number): Promise<Result[]> {
  const { globals } = (await import("webgpu")) as unknown as { globals: Record<string, unknown> };
  const counts = countCalls(globals);
  const results: Result[] = [];
  for (let round = 0; round < repeat; round++)
    for (const w of workloads)
      results.push(
        await measure("wgrad", () => create(version), w as WorkloadName, {
          counts,
          on: "node",
          milliseconds: 1000 * seconds,
        }),
      );
  return results;
}

const { values } = parseArgs({
  options: {
    workload: { type: "string", default: Object.keys(WORKLOADS).join() },
    engine: { type: "string", default: "wgrad,tfjs,jax" },
    on: { type: "string", default: "chrome" },
    repeat: { type: "string", default: "3" },
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});
const workloads = values.workload.split(",");
const [repeat, seconds] = [Number(values.repeat), Number(values.seconds)];
const results =
  values.on === "node"
    ? await inNode(workloads, repeat, seconds)
    : await inChrome(values.engine.split(","), workloads, repeat, seconds);
console.log(values.json ? results.map((r) => JSON.stringify(r)).join("\n") : report(results));
