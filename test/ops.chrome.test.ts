// The op cases of test/ops, in a real browser: as many samples of each as show that its kernels come across. All are run in Node.
import "./quickDriver";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStage, type Stage } from "./chrome/open";
import { cases } from "./ops/cases";

let stage: Stage;
let page: Page;
beforeAll(async () => {
  stage = await openStage("test");
  ({ page } = await stage.open("/test/chrome/index.html"));
  await page.waitForFunction(() => "openRuntime" in globalThis);
  console.log(`adapter: ${await page.evaluate(() => globalThis.openRuntime())}`);
});
afterAll(() => stage?.close());

const SAMPLES = 3;

describe.each(cases)("%s in Chrome", (name, c) => {
  test.each(c.samples.slice(0, SAMPLES).map((s, i) => [JSON.stringify(s), i] as const))("%s", async (_, i) => {
    expect(await page.evaluate((n, s) => globalThis.checkSample(n, s), name, i)).toEqual([]);
  });
});
