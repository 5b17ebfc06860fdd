// The README's examples run as shown.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environment } from "./cli/command";
import { nodeRuntime } from "./device";

const readme = readFileSync("README.md", "utf8");
const [example, further, own] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((m) => m[1]!) as [
  string,
  string,
  string,
];
const END = "engine.dispose();\n";
const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** What a program prints. Within the package's folder the package can be imported by its own name. */
function outputOf(name: string, program: string): string {
  writeFileSync(`dist/readme-${name}.mjs`, program);
  const { stdout, stderr, status } = spawnSync(process.execPath, [`readme-${name}.mjs`], {
    cwd: "dist",
    encoding: "utf8",
    env: environment(mkdtempSync(join(tmpdir(), "wgrad-"))),
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

const where = reason ? ` (skipped: ${reason})` : "";

test.skipIf(!runtime)(`the first example trains, and its step does what the second says, in Node${where}`, () => {
  expect(example.endsWith(END)).toBe(true);
  const output = outputOf("example", example.slice(0, -END.length) + further + END);
  const [, loss, right] = output.match(/loss ([\d.]+), (\d+) of 200 right/)!;
  expect(Number(loss)).toBeLessThan(0.2);
  expect(Number(right)).toBeGreaterThan(190);
  expect(output).toMatch(/adam/);
});

test.skipIf(!runtime)(`a model of one's own is trained, saved and loaded, in Node${where}`, () => {
  const output = outputOf("own", own);
  expect(output.match(/step \d+: loss/g)).toHaveLength(4);
  const [, y] = output.match(/sin 1\.2 is about (-?[\d.]+)/)!;
  expect(Math.abs(Number(y) - Math.sin(1.2))).toBeLessThan(0.1);
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
