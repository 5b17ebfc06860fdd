// The page in a real browser, as a visitor uses it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { openStage, type Stage } from "../chrome/open";
import {
  accessibilityProblems,
  atStep,
  catchDownloads,
  downloaded,
  inState,
  rowsOf,
  says,
  text,
  upload,
} from "./visitor";

const PAGE = "/forecast/index.html";
const SMALL = "hidden=8&window=12&batch=16&lr=0.01&layers=1";
const folder = mkdtempSync(join(tmpdir(), "wgrad-forecast-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

async function openPage(query = SMALL) {
  const opened = await stage.open(`${PAGE}?${query}`);
  await inState(opened.page, "idle");
  return opened;
}

const csv = async (page: Page) => {
  await page.click("#csv");
  return rowsOf(page, "forecast.csv");
};

test("trains on chaos: the loss falls, it beats naive forecasts, and the page says so; depths are compared", async () => {
  const { page, errors } = await openPage(`${SMALL}&series=chaos&steps=120&every=40`);
  await catchDownloads(page);
  await says(page, "verdict", /^(Not worth it|No better|Worth it)/);
  await page.click("#train");
  await says(page, "progress-text", /^finished after 120/);
  const rows = await csv(page);
  expect(rows).toHaveLength(120);
  const losses = rows.map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(average(losses.slice(-20))).toBeLessThan(0.6 * average(losses.slice(0, 20)));
  expect(Number(rows[119]![5])).toBeGreaterThan(0.5);
  await says(page, "verdict", /^Worth it: its squared error is \d\d % below/);
  expect(await text(page, "#skill")).toMatch(/^0\.\d{3} watched, 0\.[5-8]\d\d in the test$/);
  expect(await text(page, "#rmse")).toMatch(/^0\.\d{3} σ watched, 0\.\d{3} σ in the test$/);
  expect(await page.$$eval("#errors .bar > :last-child", (b) => b.map((e) => e.textContent))).toEqual(
    Array(4).fill(expect.stringMatching(/^\d\.\d{3} σ$/)),
  );
  expect(await text(page, "#ahead")).toMatch(/foretold 1 step before/);
  expect(await page.$$eval("#runs tbody tr", (r) => r.length)).toBe(1);
  // In the form's words.
  expect(await page.$$eval("#runs tbody td", (cells) => [cells[0]!.textContent, cells[2]!.textContent])).toEqual([
    "chaos: Mackey–Glass",
    "GRU",
  ]);
  await page.$eval("input[name=from]", (e) => {
    (e as HTMLInputElement).value = "250";
    for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, { bubbles: true }));
  });
  expect(page.url()).toMatch(/from=250/);

  await page.click("#hood-details summary");
  await says(page, "hood", /recurrence/);
  expect(await text(page, "#model-source")).toContain("class Forecaster");

  // Accessible in light and dark, and no sideways scrolling on a phone.
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("depths are trained one after another and compared; a pause ends it", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=10&every=10`);
  await page.click("#depths");
  await page.waitForFunction(() => document.querySelectorAll("#runs tbody td").length === 33, { timeout: 100_000 });
  await page.waitForFunction(() => !(document.getElementById("depths") as HTMLButtonElement).disabled);
  const layers = await page.$$eval("#runs tbody tr", (rows) => rows.map((r) => r.children[3]!.textContent));
  expect(layers).toEqual(["3", "2", "1"]);
  expect(await page.$$eval("#runs tr.best", (r) => r.length)).toBe(1);
  expect(page.url()).toMatch(/layers=3/);

  await page.$eval("input[name=steps]", (e) => {
    (e as HTMLInputElement).value = "5000";
    e.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await inState(page, "loading");
  await atStep(page, 0);
  await page.click("#windows");
  await inState(page, "training");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 3, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  await page.waitForFunction(() => !(document.getElementById("windows") as HTMLButtonElement).disabled);
  expect(page.url()).toMatch(/window=8/);
  const paused = await page.evaluate(() => Number(document.body.dataset.step));
  await page.click("#step");
  await atStep(page, paused + 1);
  await page.click("#reset");
  await atStep(page, 0);
  expect(errors).toEqual([]);
  await page.close();
});

test("a saved checkpoint goes on where it stood, whatever the form said; a file of another kind is refused", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=30&series=walk`);
  await catchDownloads(page);
  for (let i = 1; i <= 3; i++) {
    await page.click("#step");
    await atStep(page, i);
  }
  await page.click("#save");
  const bytes = await downloaded(page, "forecast.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({
    model: "forecast",
    step: "3",
    series: "walk",
    window: "12",
  });
  const fourth = async () => {
    await page.click("#step");
    await atStep(page, 4);
    return (await csv(page)).at(-1)![2];
  };
  const expected = await fourth();
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  await page.goto(`${stage.url}${PAGE}?hidden=4&window=8&batch=4&cell=rnn&steps=30`);
  await inState(page, "idle");
  await catchDownloads(page);
  await upload(page, "#load", bad);
  await says(page, "alert", /cannot be loaded/);
  await atStep(page, 0);
  await upload(page, "#load", good);
  await atStep(page, 3);
  expect(await text(page, "#alert")).toBe("");
  expect(page.url()).toMatch(/series=walk/);
  expect(await fourth()).toBe(expected);
  expect(errors).toEqual([]);
  await page.close();
});

test("without WebGPU the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await says(page, "alert", /^This browser has no WebGPU\./);
  await page.close();
});
