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

const PAGE = "/translate/index.html";
const SMALL = "width=16&heads=2&layers=1&batch=16&lr=0.01&pairs=1024";
const folder = mkdtempSync(join(tmpdir(), "wgrad-translate-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

async function openPage(query = SMALL) {
  const opened = await stage.open(`${PAGE}?${query}`);
  await inState(opened.page, "idle");
  await says(opened.page, "answer", /./);
  return opened;
}

const set = (page: Page, selector: string, value: string) =>
  page.$eval(
    selector,
    (e, v) => {
      (e as HTMLInputElement).value = v;
      for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, { bubbles: true }));
    },
    value,
  );
const count = (page: Page, selector: string) => page.$$eval(selector, (e) => e.length);
const table = async (page: Page) => {
  await page.click("#csv");
  return rowsOf(page, "translate.csv");
};

test("trains to its last step: the loss falls, examples and scores appear, a text is translated, nothing is reported", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=80&every=40`);
  await catchDownloads(page);
  await page.waitForSelector("#map td");
  const before = await text(page, "#answer");
  await page.click("#train");
  await says(page, "progress-text", /^finished after 80/);
  const rows = await table(page);
  const losses = rows.map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(losses).toHaveLength(80);
  expect(average(losses.slice(-10))).toBeLessThan(0.5 * average(losses.slice(0, 10)));
  expect(Number(rows[79]![4])).toBeLessThan(Number(rows[39]![4]));
  expect(Number(rows[79]![6])).toBeGreaterThan(0.15);
  expect(await text(page, "#exact")).toMatch(
    /^\d+\.\d % \(BLEU \d+\.\d\) watched, \d+\.\d % \(BLEU \d+\.\d\) in the test$/,
  );
  expect(await text(page, "#right")).toMatch(/^\d+ of 2048 right$/);
  const marks = await page.$$eval("#examples .mark", (m) => m.map((e) => e.textContent));
  expect(marks.slice(0, 10).every((m) => m === "✓" || m === "✗")).toBe(true);
  expect(await text(page, "#examples")).toMatch(/should be (19|20)\d\d-\d\d-\d\d/);

  await page.waitForFunction((t) => document.getElementById("answer")!.textContent !== t, {}, before);
  expect(await text(page, "#answer")).toMatch(/^(19|20)\d\d-/);
  expect(await count(page, "#maps button")).toBe(2);
  expect(await count(page, "#map thead th")).toBe(1 + "Wednesday, 25 November 2026".length);
  const map = await page.$eval("#map", (e) => e.innerHTML);
  await page.click("#maps button:nth-child(2)");
  expect(await page.$eval("#map", (e) => e.innerHTML)).not.toBe(map);
  expect(await text(page, "#map-text")).toMatch(/^Layer 1, head 2\./);

  await page.click("#hood-details summary");
  await says(page, "hood", /Dispatches a step\d+/);
  expect(await text(page, "#model-source")).toContain("class AttentiveSeq2Seq");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");

  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});

test("beams, bad texts, another task, another network, and settings that make none", async () => {
  const { page, errors } = await openPage(`${SMALL}&source=31%2F12%2F99&beams=3`);
  await page.waitForSelector("#beams tbody tr:nth-child(3)");
  expect(await count(page, "#beams tbody tr")).toBe(3);
  await set(page, "input[name=beams]", "1");
  await page.waitForFunction(() => document.querySelectorAll("#beams tbody tr").length === 1);
  expect(page.url()).toMatch(/beams=1/);
  for (const [bad, sentence] of [
    ["", /^There is nothing to translate/],
    ["1".repeat(45), /^That has 45 characters, and the network reads 44 at most/],
    ["2026年", /^The network does not know “年”/],
  ] as const) {
    await set(page, "input[name=source]", bad);
    await page.click("#translate");
    await says(page, "answer", sentence);
    expect(await count(page, "#map td")).toBe(0);
  }
  expect(await text(page, "#alert")).toBe("");
  await page.click("#suggestions button:nth-child(2)");
  await page.waitForSelector("#map td");
  expect(await page.$eval("input[name=source]", (e) => (e as HTMLInputElement).value)).toBe("25. listopadu 2026");
  const links = await page.$$eval("#others a", (a) => a.map((e) => (e as HTMLAnchorElement).href));
  expect(links.map((l) => new URL(l).searchParams.get("model"))).toEqual(["seq2seq", "attention"]);
  expect(new URL(links[0]!).searchParams.get("width")).toBe("16");

  await page.select("select[name=task]", "numbers");
  await says(page, "answer", /it is “viertausenddreihunderteinundzwanzig”/);
  expect(page.url()).toMatch(/task=numbers/);
  await page.select("select[name=model]", "seq2seq");
  await says(page, "map-text", /has no alignment: it never looks back/);
  expect(await count(page, "#map td")).toBe(0);
  expect(await text(page, "#others")).toBe("LSTMs with attention or a transformer");
  await set(page, "input[name=source]", "4321");
  await page.click("#translate");
  await says(page, "answer", /^Write a language, en or de/);

  await set(page, "input[name=heads]", "5");
  await inState(page, "idle");
  await page.select("select[name=model]", "transformer");
  await says(page, "alert", /^A width of 16 cannot be shared among 5 heads/);
  await inState(page, "failed");
  expect(errors).toEqual([]);
  await page.close();
});

test("pause and step; a saved checkpoint goes on where it stood, whatever the form said; another file is refused", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=3000&model=attention`);
  await catchDownloads(page);
  expect(await count(page, "#maps button")).toBe(0);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 3, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  const paused = Number(await page.evaluate(() => document.body.dataset.step));
  await page.click("#save");
  const bytes = await downloaded(page, "translate.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "translate", step: String(paused) });
  const next = async (p: Page) => {
    await p.click("#step");
    await atStep(p, paused + 1);
    return (await table(p)).at(-1)![2];
  };
  const expected = await next(page);
  await page.click("#reset");
  await atStep(page, 0);
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("width=8&heads=1&layers=1&batch=4&steps=3000&pairs=64");
  await catchDownloads(second.page);
  await upload(second.page, "#load", bad);
  await says(second.page, "alert", /cannot be loaded/);
  await atStep(second.page, 0);
  await upload(second.page, "#load", good);
  await atStep(second.page, paused);
  expect(await text(second.page, "#alert")).toBe("");
  expect(second.page.url()).toMatch(/model=attention/);
  expect(await next(second.page)).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("without WebGPU the page says so in a plain sentence", async () => {
  const other = await stage.browser.newPage();
  await other.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await other.goto(stage.url + PAGE);
  await says(other, "alert", /^This browser has no WebGPU\./);
  await other.close();
});
