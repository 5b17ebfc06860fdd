// Pages keep the room of what comes: nothing moves while they load, nor while they train.
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../chrome/open";
import { inState, says } from "./visitor";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

/** As in https://web.dev/articles/cls, over the whole page, since it is all in view. */
interface Shift extends PerformanceEntry {
  readonly value: number;
}

/** Opens a page in a view as high as it is, so that what moves further down counts as well. */
async function openWatched(path: string, width: number): Promise<Page> {
  const page = await stage.browser.newPage();
  await page.setViewport({ width, height: 4200 });
  await page.evaluateOnNewDocument(() => {
    let moved = 0;
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries()) moved += (shift as Shift).value;
      Object.assign(globalThis, { moved });
    }).observe({ type: "layout-shift", buffered: true });
    Object.assign(globalThis, { moved });
  });
  await page.goto(stage.url + path, { waitUntil: "load" });
  return page;
}

/** The share of the view that has moved, times the share of the way, since the page was opened. */
const moved = async (page: Page): Promise<number> => {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  return page.evaluate(() => (globalThis as unknown as { moved: number }).moved);
};

test.each([
  ["mnist-cnn", "?batch=8&steps=4", 390],
  ["tagger", "?width=8&hidden=8&batch=64&steps=4&every=2", 390],
  ["forecast", "?steps=8&every=4", 390],
  ["names", "?steps=4&every=2", 390],
])("%s%s, %i pixels wide", async (folder, query, width) => {
  const page = await openWatched(`/${folder}/index.html${query}`, width);
  await inState(page, "idle");
  const loaded = await moved(page);
  expect(loaded, "while it loads").toBeLessThan(0.007);
  await page.click("#train");
  await says(page, "progress-text", /^finished/);
  expect((await moved(page)) - loaded, "while it trains").toBeLessThan(0.007);
  await page.close();
});
