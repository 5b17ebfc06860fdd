// The page in a real browser, as a visitor uses it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const PAGE = "/tiny-gpt/index.html";
const TINY = "tokens=characters&layers=2&width=32&heads=2&length=32&batch=8";
const folder = mkdtempSync(join(tmpdir(), "wgrad-demo-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

async function openPage(query: string) {
  const opened = await stage.open(`${PAGE}?${query}`);
  await inState(opened.page, "idle");
  return opened;
}

const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;

test("trains to its last step: the loss falls, text is written meanwhile, evaluation and samples appear", async () => {
  const { page, errors } = await openPage(`${TINY}&steps=60&every=30&lr=0.01`);
  await catchDownloads(page);
  expect(await text(page, "#estimate")).toMatch(
    /^3\d\.\d k parameters, 8\d different tokens; a step reads 256 tokens, takes .*FLOP and .*MiB; 60 steps take some \d+ s, going by/,
  );
  await page.click("#train");
  await says(page, "written", /after \d+ steps/);
  await says(page, "progress-text", /^finished after 60/);
  await page.click("#csv");
  const rows = await rowsOf(page, "tiny-gpt.csv");
  const losses = rows.map((r) => Number(r[2]));
  expect(losses).toHaveLength(60);
  expect(average(losses.slice(-10))).toBeLessThan(0.85 * average(losses.slice(0, 10)));
  expect(rows[29]!.slice(0, 2)).toEqual(["30", String(30 * 8 * 32)]);
  expect(Number(rows[29]![6])).toBeGreaterThan(Number(rows[59]![6]));
  expect(Number.parseFloat(await text(page, "#bits"))).toBeLessThan(5);
  expect(await text(page, "#bits")).toMatch(/^\d\.\d{3} watched, \d\.\d{3} in the test$/);
  expect(await page.$$eval("#samples .when", (s) => s.map((e) => e.textContent))).toHaveLength(2);
  expect(await text(page, "#estimate")).toMatch(/60 steps take about/);
  await page.click("#hood-details summary");
  await says(page, "hood", /attention/);
  expect(await text(page, "#model-source")).toContain("class TinyGpt extends Module");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("writes on from the visitor's text, beyond what it sees at once, and tells its pace", async () => {
  const { page, errors } = await openPage(`${TINY}&prompt=Ahab&count=100`);
  await page.click("#write");
  await says(page, "pace-text", /tokens\/s/);
  const written = await text(page, "#written p");
  expect(written).toMatch(/^after 0 stepsAhab/);
  expect([...written].length).toBeGreaterThanOrEqual("after 0 stepsAhab".length + 100);
  await page.click("#pace");
  await says(page, "pace-text", /with the cache, \d+ without/);
  expect(errors).toEqual([]);
  await page.close();
});

test("shows attention and the logit lens of what is typed", async () => {
  const { page, errors } = await openPage(TINY);
  await page.waitForSelector("#lens td");
  expect(await page.$$eval("#maps button", (b) => b.length)).toBe(4);
  await page.$eval("#probe", (e) => {
    (e as HTMLInputElement).value = "sea!";
    e.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.waitForFunction(() => document.querySelectorAll("#lens thead th").length === 5);
  expect(await page.$$eval("#lens tbody tr", (r) => r.map((e) => e.children.length))).toEqual([5, 5, 5]);
  await page.click("#maps button:nth-child(4)");
  expect(await text(page, "#map-text")).toMatch(/^Layer 2, head 2: the last token takes most from/);
  const inked = await page.$eval("#map", (c) => {
    const { width, height } = c as HTMLCanvasElement;
    const pixels = (c as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data;
    return pixels.filter((v, i) => i % 4 === 3 && v > 0).length;
  });
  expect(inked).toBeGreaterThan(1000);
  expect(errors).toEqual([]);
  await page.close();
});

test("pause, step, reset, and settings in the address", async () => {
  const { page, errors } = await openPage(`${TINY}&steps=5000`);
  expect(await page.$eval("#preset", (e) => (e as HTMLSelectElement).value)).toBe("another");
  await page.click("#step");
  await says(page, "progress-text", /^paused at step 1$/);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 5, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  await page.click("#reset");
  await atStep(page, 0);
  await page.$eval("input[name=seed]", (e) => {
    (e as HTMLInputElement).value = "7";
    e.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await inState(page, "idle");
  expect(page.url()).toMatch(/seed=7/);
  await page.select("#preset", "4 × 64");
  await page.waitForFunction(() => location.search.includes("width=64"));
  await says(page, "estimate", /^2\d\d k parameters/);
  await page.select("select[name=tokens]", "bpe");
  await says(page, "estimate", /1,024 different tokens/);
  await inState(page, "idle");
  expect(errors).toEqual([]);
  await page.close();
});

test("a saved checkpoint goes on where it stood, on a page of other settings too; other files are refused", async () => {
  const { page, errors } = await openPage(`${TINY}&steps=30`);
  await catchDownloads(page);
  for (let i = 1; i <= 3; i++) {
    await page.click("#step");
    await atStep(page, i);
  }
  await page.click("#save");
  const bytes = await downloaded(page, "tiny-gpt.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "tiny-gpt", step: "3" });
  const fourth = async (p: typeof page) => {
    await p.click("#step");
    await atStep(p, 4);
    await p.click("#csv");
    return (await rowsOf(p, "tiny-gpt.csv")).at(-1)![2];
  };
  const expected = await fourth(page);
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("layers=1&width=16&length=16&batch=8&steps=30");
  await catchDownloads(second.page);
  await upload(second.page, "#load", bad);
  await says(second.page, "alert", /cannot be loaded/);
  await atStep(second.page, 0);
  await upload(second.page, "#load", good);
  await atStep(second.page, 3);
  expect(await second.page.$eval("input[name=width]", (e) => (e as HTMLInputElement).value)).toBe("32");
  expect(second.page.url()).toContain("width=32");
  expect(await fourth(second.page)).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("settings that make no model, and a missing WebGPU, are said in a plain sentence", async () => {
  const opened = await stage.open(`${PAGE}?layers=1&width=30&heads=4`);
  await says(opened.page, "alert", /A width of 30 cannot be shared among 4 heads/);
  await opened.page.close();
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await says(page, "alert", /^This browser has no WebGPU\./);
  await page.close();
});

test("accessible in light and dark, and no sideways scrolling on a phone", async () => {
  const { page } = await openPage(TINY);
  await page.waitForSelector("#lens td");
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});
