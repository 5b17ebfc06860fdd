// The race page in a real browser. Only the page's own engine runs here: the peers are not installed for tests.
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WORKLOADS } from "../../demos/race/workloads";
import { openStage, type Stage } from "../chrome/open";
import { accessibilityProblems, text } from "./visitor";

const PAGE = "/race/index.html";
const ONLY_MLP = "W2=false&W3=false&W4=false";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("development");
});
afterAll(() => stage?.close());

const inState = (page: Page, state: string) =>
  page.waitForFunction((s) => document.body.dataset.state === s, { timeout: 100_000, polling: 50 }, state);
const says = (page: Page, what: string) =>
  page.waitForFunction(
    (w) => document.getElementById("progress-text")!.textContent === w,
    { timeout: 100_000, polling: 50 },
    what,
  );
const bodyRows = (page: Page, selector: string) =>
  page.$$eval(`${selector} tbody tr`, (rows) => rows.map((r) => [...r.children].map((c) => c.textContent ?? "")));

async function openPage(query: string) {
  const opened = await stage.open(PAGE + query);
  await inState(opened.page, "idle");
  return opened;
}

test("wgrad runs the MLP: bars, the expected losses, a row of results, and the table as Markdown", async () => {
  const { page, errors } = await openPage(`?${ONLY_MLP}&tfjs=false&jax=false&seconds=0.3`);
  await page.evaluate(() => {
    const copied = (t: string) => Object.assign(globalThis, { copied: t });
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (t: string) => copied(t) } });
  });
  expect(await page.$$eval(".workload", (p) => p.length)).toBe(1);
  await page.focus("#race");
  await page.keyboard.press("Enter");
  await says(page, "finished");
  await inState(page, "idle");

  const [row, ...others] = await bodyRows(page, "#results");
  expect(others).toEqual([]);
  expect(row!.slice(0, 2)).toEqual(["W1", expect.stringMatching(/^wgrad \d/)]);
  expect(Number.parseFloat(row![2]!)).toBeGreaterThan(0);
  const expected = [1, 10, 20].map((step) => WORKLOADS.W1.losses[step]!.toFixed(4));
  const [, own] = await bodyRows(page, ".workload");
  expect(own!.slice(0, 3)).toEqual(["wgrad", "done", "✓ agrees"]);
  for (const [i, loss] of own!.slice(3).entries()) expect(Number(loss)).toBeCloseTo(Number(expected[i]), 2);
  expect(
    await page.$$eval(".metric .fill", (fills) => fills.map((f) => (f as HTMLElement).style.width).slice(0, 2)),
  ).toEqual(["100%", "100%"]);

  await page.click("#copy");
  await says(page, "copied: the table as Markdown");
  const copied = await page.evaluate(() => (globalThis as unknown as { copied: string }).copied);
  expect(copied).toMatch(/^Adapter: .+\. Browser: .+ \d+\./);
  expect(copied).toContain(`| ${row!.join(" | ")} |`);
  expect(copied).toBe(await text(page, "#markdown"));
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  expect(errors).toEqual([]);
  await page.close();
});

test("a peer that cannot be loaded says so in its row, and the race goes on", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => {
    const real = globalThis.fetch;
    globalThis.fetch = async (what, ...rest) =>
      String(what).endsWith("/peers/index.json")
        ? Response.json({ tfjs: "../peers/none.mjs", jax: "../peers/none.mjs" })
        : real(what, ...rest);
  });
  await page.goto(`${stage.url + PAGE}?${ONLY_MLP}&wgrad=false&seconds=0.2`);
  await inState(page, "idle");
  await page.click("#race");
  await says(page, "finished");
  const [, tfjs, jax] = await bodyRows(page, ".workload");
  expect(tfjs![1]).toMatch(/^TensorFlow\.js could not be loaded from 127\.0\.0\.1:\d+: is this computer offline\?$/);
  expect(jax![1]).toMatch(/^jax-js could not be loaded from /);
  expect(await text(page, "#alert")).toBe("");
  expect(await page.$eval("#results-panel", (e) => (e as HTMLElement).hidden)).toBe(true);
  await page.close();
});

test("the address holds the choice, and a race can be stopped", async () => {
  const { page, errors } = await openPage("?W3=false&W4=false&tfjs=false&jax=false&seconds=60");
  await page.click("input[name=W2]");
  expect(page.url()).toContain("W2=false");
  expect(await page.$$eval(".workload", (p) => p.length)).toBe(1);
  await page.click("#race");
  await inState(page, "racing");
  await page.click("#stop");
  await says(page, "stopped");
  await inState(page, "idle");
  expect((await bodyRows(page, ".workload"))[1]![1]).toBe("stopped");
  await page.click("input[name=W1]");
  await page.click("#race");
  await says(page, "Choose at least one workload and one engine.");
  expect(errors).toEqual([]);
  await page.close();
});

test("without WebGPU the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await inState(page, "failed");
  expect(await text(page, "#alert")).toMatch(/^This browser has no WebGPU\./);
  await page.close();
});
