// The page in a real browser, as a visitor uses it, on every hundredth sentence of the corpus.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFile } from "../../src/cli/packages";
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

const PAGE = "/tagger/index.html";
const SMALL = "width=16&hidden=16&batch=256&lr=0.02";
const folder = mkdtempSync(join(tmpdir(), "wgrad-tagger-"));
const slice = new TextDecoder()
  .decode(dataFile("brown.txt")!)
  .split("\n")
  .filter((_, i) => i % 100 === 0)
  .join("\n");
const SLICE_URL = `data:text/plain;base64,${Buffer.from(slice).toString("base64")}`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

/** A new tab in which the worker is sent to another address for its corpus. */
async function openTab(query: string, dataUrl = SLICE_URL) {
  const page = await stage.browser.newPage();
  const errors: string[] = [];
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.evaluateOnNewDocument((url) => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message: { method: string; args: unknown[] }) {
      if (message.method === "create") message.args[1] = url;
      post.call(this, message);
    };
  }, dataUrl);
  await page.goto(`${stage.url}${PAGE}?${query}`);
  return { page, errors };
}

async function openPage(query = SMALL) {
  const opened = await openTab(query);
  await inState(opened.page, "idle");
  return opened;
}

const type = async (page: Page, sentence: string) =>
  page.$eval(
    "#sentence",
    (e, s) => {
      (e as HTMLInputElement).value = s;
      for (const kind of ["input", "change"]) e.dispatchEvent(new Event(kind, { bubbles: true }));
    },
    sentence,
  );
const table = async (page: Page) => {
  await page.click("#csv");
  return rowsOf(page, "tagger.csv");
};

test("trains to its last step: the loss falls, words are tagged right, each part of speech is counted, a sentence is tagged", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=160&every=80&seed=3`);
  await catchDownloads(page);
  await page.click("#train");
  await says(page, "progress-text", /^finished after 160/);
  const rows = await table(page);
  const losses = rows.map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(losses).toHaveLength(160);
  expect(average(losses.slice(-20))).toBeLessThan(0.5 * average(losses.slice(0, 20)));
  expect(rows.flatMap((r) => (r[5] ? [Number(r[0])] : []))).toEqual([80, 160]);
  expect(Number(rows.at(-1)![5])).toBeGreaterThan(0.75);
  expect(await text(page, "#accuracy")).toMatch(/^[789]\d\.\d\d % watched, [789]\d\.\d\d % in the test$/);
  const summary = await page.$$eval("#summary tbody tr", (all) => all.map((r) => r.textContent!));
  expect(summary).toHaveLength(4);
  for (const line of summary) expect(line).toMatch(/\d %\d+\.\d\d %$/);
  const classes = await page.$$eval("#classes tbody tr", (all) => all.map((r) => r.children.length));
  expect(classes).toEqual(Array(13).fill(5));
  expect(await text(page, "#classes-status")).toMatch(/^Counted on the test sentences: \d+ words, \d+ of them unknown/);
  expect(await page.$$eval("#confusion td", (c) => c.length)).toBe(144);
  expect(await text(page, "#confusion p")).toMatch(/^Rows: the right tag\..*Worst: [A-Z]+ taken for [A-Z]+: \d+×/);

  const right = (await text(page, "#examples-status")).match(/^(\d+) of (\d+) words right/)!;
  const shown = await page.$$eval("#examples .word", (w) => w.length);
  expect(Number(right[2])).toBe(shown);
  expect(await page.$$eval("#examples .wrong", (w) => w.length)).toBe(shown - Number(right[1]));
  const first = await text(page, "#examples");
  await page.click("#others");
  await page.waitForFunction((t) => document.getElementById("examples")!.textContent !== t, {}, first);

  await page.click("#hood-details summary");
  await says(page, "hood", /recurrence/);
  expect(await text(page, "#hood")).toMatch(/Dispatches a step\d+/);
  expect(await text(page, "#model-source")).toContain("class Tagger");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("a visitor's sentence: words, tags, runner-up, unknown ones, both sides; while the network learns; in the address", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=5000&text=The+man+said+so.`);
  await says(page, "tagged", /^The/);
  expect(await page.$$eval("#tagged .form", (w) => w.map((e) => e.textContent))).toEqual([
    "The",
    "man",
    "said",
    "so",
    ".",
  ]);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 20, { timeout: 60_000 });
  await type(page, "The zorgon said it.");
  await says(page, "try-status", /^5 words, 1 of them unknown/);
  expect(page.url()).toMatch(/text=The\+zorgon/);
  expect(await page.$$eval("#tagged .unknown", (w) => w.map((e) => e.textContent))).toEqual(["zorgon ?"]);
  expect(await page.$$eval("#tagged .tag", (w) => w.length)).toBe(5);
  await page.click("#train");
  await inState(page, "idle");
  await page.click("#tagged .word:nth-child(2)");
  await page.waitForFunction(() => document.getElementById("chosen")!.textContent === "zorgon");
  expect(await page.$$eval("#tagged [aria-pressed=true] .form", (w) => w.map((e) => e.textContent))).toEqual([
    "zorgon ?",
  ]);
  expect(await page.$$eval("#contexts th", (w) => w.map((e) => e.firstChild!.textContent))).toEqual([
    "the word alone",
    "what comes before",
    "what follows",
    "both",
  ]);
  await type(page, " ");
  await says(page, "try-status", /^Type a sentence\.$/);
  expect(await page.$$("#tagged .word")).toHaveLength(0);
  await type(page, "so ".repeat(65));
  await says(page, "try-status", /^It has 65 words, of which at most 64 can be read/);
  await page.click("#suggestions button");
  await says(page, "tagged", /^Time/);
  await inState(page, "idle");
  expect(await text(page, "#alert")).toBe("");
  expect(errors).toEqual([]);
  await page.close();
});

test("pause, step, reset, and settings in the address; a saved checkpoint goes on where it stood; other files are refused", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=5000`);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 5, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  const paused = await page.evaluate(() => Number(document.body.dataset.step));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await page.evaluate(() => Number(document.body.dataset.step))).toBe(paused);
  await page.click("#reset");
  await atStep(page, 0);
  await catchDownloads(page);
  for (let i = 1; i <= 3; i++) {
    await page.click("#step");
    await atStep(page, i);
  }
  await page.click("#save");
  const bytes = await downloaded(page, "tagger.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "tagger", step: "3", hidden: "16", batch: "256" });
  const fourth = async (p: Page) => {
    await p.click("#step");
    await atStep(p, 4);
    return (await table(p)).at(-1)![2];
  };
  const expected = await fourth(page);
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("width=8&hidden=8&batch=64&steps=5000");
  await catchDownloads(second.page);
  await upload(second.page, "#load", bad);
  await says(second.page, "alert", /cannot be loaded/);
  await atStep(second.page, 0);
  await upload(second.page, "#load", good);
  await atStep(second.page, 3);
  expect(await text(second.page, "#alert")).toBe("");
  expect(second.page.url()).toMatch(/hidden=16/);
  expect(await fourth(second.page)).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("accessible in light and dark, and no sideways scrolling on a phone", async () => {
  const { page } = await openPage(`${SMALL}&steps=4&every=2`);
  await page.click("#train");
  await says(page, "progress-text", /^finished/);
  await page.click("#hood-details summary");
  await says(page, "hood", /recurrence/);
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});

test("without WebGPU, or without the corpus, the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await says(page, "alert", /^This browser has no WebGPU\./);
  await page.close();
  const gone = await openTab("", "./gone.txt");
  await says(gone.page, "alert", /the corpus cannot be loaded/);
  await gone.page.close();
});
