// The op cases of test/ops, in a real browser.
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

describe.each(cases)("%s in Chrome", (name, c) => {
  test.each(c.samples.map((s, i) => [JSON.stringify(s), i] as const))("%s", async (_, i) => {
    expect(await page.evaluate((n, s) => globalThis.checkSample(n, s), name, i)).toEqual([]);
  });
});
