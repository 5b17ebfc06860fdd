// What only a browser shows of the engine: files of captured steps run there, and measurements are kept in its database.
import "./quickDriver";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "./chrome/open";

let stage: Stage;
let page: Page;
beforeAll(async () => {
  stage = await openStage("test");
  ({ page } = await stage.open("/test/chrome/engine.html"));
  await page.waitForFunction(() => "tuneWhileIdle" in globalThis);
});
afterAll(() => stage?.close());

test("parameters travel with the dispatch where the browser has immediates, else in one uniform buffer", async () => {
  const { immediates, made, out } = await page.evaluate(() => globalThis.makeUniforms());
  expect(out).toEqual([14, 77]);
  expect(made).toBe(immediates ? 0 : 1);
});

test("a captured step, loaded from its file, trains on bit for bit", async () => {
  const { own, loaded } = await page.evaluate(() => globalThis.trainFromFile());
  expect(own).toHaveLength(5);
  expect(new Set(own).size).toBe(5);
  expect(loaded).toEqual(own);
});

test("what is measured while nothing runs is kept in IndexedDB, and taken by the next engine", async () => {
  const { kept, best, way, measured } = await page.evaluate(() => globalThis.tuneWhileIdle());
  expect(kept).toEqual(["matmul 1·24·16·20"]);
  expect(way).toBe(best);
  expect(measured).toBe(0);
});
