// The README's example runs as shown.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeRuntime } from "./device";

const readme = readFileSync("README.md", "utf8");
const example = readme.match(/```js\n([\s\S]*?)```/)![1]!;
const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

test.skipIf(!runtime)(`the example trains, in Node${reason ? ` (skipped: ${reason})` : ""}`, () => {
  // Within the package's folder the package can be imported by its own name.
  writeFileSync("dist/readme-example.mjs", example);
  const { stdout, stderr, status } = spawnSync(process.execPath, ["dist/readme-example.mjs"], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const [, loss, right] = stdout.match(/loss ([\d.]+), (\d+) of 200 right/)!;
  expect(Number(loss)).toBeLessThan(0.2);
  expect(Number(right)).toBeGreaterThan(190);
});

test("the example is short", () => {
  expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
});

test("every folder that the map names has its card", () => {
  const folders = [...readme.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap((m) =>
    [...m[1]!.matchAll(/`([\w/]+)`/g)].map(([, f]) => f!),
  );
  expect(folders).toContain("src/graph");
  for (const folder of folders) {
    const card = readFileSync(`${folder.replace(/\/$/, "")}/README.md`, "utf8");
    for (const line of ["What", "May touch", "Must not", "Invariant", "Start reading at"])
      expect(card).toContain(`**${line}**`);
  }
});
