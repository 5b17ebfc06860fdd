// ONNX's published test cases: models of one node (and some of several) with inputs and outputs, as wgrad computes them.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeOnDawn } from "../device";
import { type Outcome, readCases, runCases, table } from "./run";

const FOLDER = "/usr/share/libonnx-testdata/data";
const GROUPS = ["node", "pytorch-operator", "pytorch-converted", "simple"];
/** Cases whose kernels are compiled and run together. */
const TOGETHER = 60;
/** Fewer are a loss. */
const LEAST_PASSED = 740;

/** Fetches the data where that is wanted and can be done: as root on Debian. */
function setUp(): void {
  const isWanted = process.env.CI || process.env.WGRAD_ONNX;
  if (existsSync(FOLDER) || !isWanted || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  try {
    execFileSync("apt-get", ["install", "-y", "libonnx-testdata"], { stdio: "ignore", timeout: 120_000 });
  } catch {
    // Without the package the suite is skipped, and says so.
  }
}

setUp();
if (existsSync(FOLDER))
  await describeOnDawn("ONNX's published cases", (engine) => {
    test("pass, or are not claimed", { timeout: 600_000 }, async () => {
      const cases = GROUPS.flatMap((group) => readCases(FOLDER, group));
      const outcomes: Outcome[] = [];
      for (let i = 0; i < cases.length; i += TOGETHER)
        outcomes.push(...(await runCases(cases.slice(i, i + TOGETHER), engine)));
      console.log(table(cases, outcomes));
      const failed = outcomes.flatMap((o, i) => (o.kind === "failed" ? [`${cases[i]!.name}: ${o.detail}`] : []));
      expect(failed.join("\n")).toBe("");
      expect(outcomes.filter((o) => o.kind === "passed").length).toBeGreaterThanOrEqual(LEAST_PASSED);
    });
  });
else {
  const title = `ONNX's published cases (skipped: ${FOLDER} is missing; apt-get install libonnx-testdata)`;
  console.log(title);
  describe.skip(title, () => {
    test("pass, or are not claimed", () => {});
  });
}
