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

const PAGE = "/names/index.html";
const SMALL = "hidden=16&batch=64&lr=0.02";
const folder = mkdtempSync(join(tmpdir(), "wgrad-names-"));

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

const type = (page: Page, selector: string, value: string) =>
  page.$eval(
    selector,
    (e, v) => {
      (e as HTMLInputElement).value = v;
      for (const event of ["input", "change"]) e.dispatchEvent(new Event(event, { bubbles: true }));
    },
    value,
  );
const csv = async (page: Page) => {
  await page.click("#csv");
  return rowsOf(page, "names.csv");
};

test("trains: the loss falls, accuracy rises, names are invented; a typed name is judged letter by letter", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=120&every=60&name=Maria`);
  await catchDownloads(page);
  await says(page, "verdict", /^Maria: a (girl|boy)’s name, 5\d %/);
  await page.click("#train");
  await says(page, "progress-text", /^finished after 120/);
  const rows = await csv(page);
  expect(rows).toHaveLength(120);
  const losses = rows.map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(average(losses.slice(-10))).toBeLessThan(0.85 * average(losses.slice(0, 10)));
  expect(Number(rows[119]![5])).toBeGreaterThan(0.72);
  expect(await text(page, "#accuracy")).toMatch(/^[78]\d\.\d % watched, [78]\d\.\d % in the test$/);
  expect(await text(page, "#bits")).toMatch(/^3\.\d{3} watched, 3\.\d{3} in the test$/);
  const counts = await page.$$eval("#confusion td", (cells) => cells.map((c) => Number(c.textContent)));
  // The larger a cell's share of its row, the stronger its colour.
  const depths = await page.$$eval("#confusion td", (cells) =>
    cells.map((c) => Number((c as HTMLElement).style.background.match(/[\d.]+(?=\)$)/)![0])),
  );
  for (const row of [0, 2]) expect(depths[row]! > depths[row + 1]!).toBe(counts[row]! > counts[row + 1]!);
  expect(counts.reduce((a, b) => a + b)).toBe(800);
  expect(await page.$$eval("#samples h3", (h) => h.map((e) => e.textContent))).toEqual([
    expect.stringMatching(/^step 120 · \d+ of 12 are new$/),
    expect.stringMatching(/^step 60 · \d+ of 12 are new$/),
  ]);

  // The reader: as many columns as letters.
  await type(page, "input[name=name]", "Pamela");
  await says(page, "verdict", /^Pamela: a girl’s name, \d+ % sure\. It is (one of the names|on the lists)/);
  expect(await page.$$eval("#letters .glyph", (g) => g.map((e) => e.textContent).join(""))).toBe("Pamela");
  expect(await page.$eval("#letters", (e) => e.getAttribute("aria-label"))).toMatch(/P \d+ %, Pa \d+ %.*Pamela \d+ %/);
  expect(page.url()).toMatch(/name=Pamela/);
  await type(page, "input[name=name]", "Robin");
  await says(page, "verdict", /on both lists/);
  await type(page, "input[name=name]", "C-3PO");
  await says(page, "verdict", /^The networks know the letters a to z and the hyphen, not “3”\.$/);
  await type(page, "input[name=name]", "");
  await says(page, "verdict", /^Type a name first\.$/);

  // The map: names, then letters.
  expect(await page.$$eval("#map circle", (c) => c.length)).toBe(256);
  expect(await text(page, "#map-text")).toMatch(/^Ringed: \d+ of these 256 it gets wrong/);
  await page.select("#map-of", "letters");
  expect(await page.$$eval("#map text", (t) => t.map((e) => e.textContent).join(""))).toBe(
    "abcdefghijklmnopqrstuvwxyz-",
  );

  await page.click("#hood-details summary");
  await says(page, "hood", /recurrence/);
  expect(await text(page, "#model-source")).toContain("class NameReader");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");

  // Accessible in light and dark, and no sideways scrolling on a phone.
  await type(page, "input[name=name]", "Maximilianus");
  await says(page, "verdict", /^Maximilianus/);
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});

test("inventions begin as asked and follow the temperature, also while it trains; pause, step, reset, address", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=5000&every=5000`);
  // The dots of the map are the same before and after training: a tooltip that is read stays.
  await page.waitForSelector("#map circle");
  await page.$eval("#map circle", (c) => c.setAttribute("data-seen", "yes"));
  const place = () => page.$eval("#map circle", (c) => [c.getAttribute("data-seen"), c.getAttribute("cx")]);
  const [, untrained] = await place();
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 5, { timeout: 60_000 });
  await page.waitForFunction(
    (x) => document.querySelector("#map circle")!.getAttribute("cx") !== x,
    { timeout: 60_000 },
    untrained,
  );
  expect((await place())[0]).toBe("yes");
  await type(page, "input[name=begin]", "Jo");
  await type(page, "input[name=temperature]", "0");
  expect(await text(page, "#temperature-value")).toBe("0.00");
  await page.click("#invent");
  await page.waitForSelector("#samples article");
  expect(await text(page, "#samples h3")).toMatch(/^at 0\.00, step \d+ · \d+ of 24 are new$/);
  const names = await page.$$eval("#samples .name", (n) => n.map((e) => e.textContent!));
  expect(names.every((n) => n.startsWith("Jo"))).toBe(true);
  expect(new Set(names).size).toBeLessThanOrEqual(2);
  await type(page, "input[name=begin]", "Jö9");
  await page.click("#invent");
  await says(page, "invent-status", /not “9”/);
  await page.click("#train");
  await inState(page, "idle");
  const paused = await page.evaluate(() => Number(document.body.dataset.step));
  await page.click("#step");
  await atStep(page, paused + 1);
  await page.click("#reset");
  await atStep(page, 0);
  await type(page, "input[name=hidden]", "8");
  await inState(page, "loading");
  await atStep(page, 0);
  expect(page.url()).toMatch(/hidden=8/);
  expect(errors).toEqual([]);
  await page.close();
});

test("a saved checkpoint goes on where it stood, whatever the form said; a file of another kind is refused", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=30`);
  await catchDownloads(page);
  for (let i = 1; i <= 3; i++) {
    await page.click("#step");
    await atStep(page, i);
  }
  await page.click("#save");
  const bytes = await downloaded(page, "names.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "names", step: "3", hidden: "16", dropout: "0.2" });
  const fourth = async (p: Page) => {
    await p.click("#step");
    await atStep(p, 4);
    return (await csv(p)).at(-1)![2];
  };
  const expected = await fourth(page);
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  await page.goto(`${stage.url}${PAGE}?hidden=8&batch=4&steps=30&dropout=0`);
  await inState(page, "idle");
  await catchDownloads(page);
  await upload(page, "#load", bad);
  await says(page, "alert", /cannot be loaded/);
  await atStep(page, 0);
  await upload(page, "#load", good);
  await atStep(page, 3);
  expect(await text(page, "#alert")).toBe("");
  expect(page.url()).toMatch(/hidden=16/);
  expect(await fourth(page)).toBe(expected);
  expect(errors).toEqual([]);
  await page.close();
});

test("without WebGPU, or without the lists, the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await says(page, "alert", /^This browser has no WebGPU\./);
  await page.close();

  const other = await stage.browser.newPage();
  await other.evaluateOnNewDocument(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message: { method: string; args: string[] }) {
      if (message.method === "create") message.args[1] += "gone/";
      post.call(this, message);
    };
  });
  await other.goto(stage.url + PAGE);
  await says(other, "alert", /the names cannot be loaded/);
  await other.close();
});

test("the browser's GPU process crashes: the run goes on by itself, and the page says so", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=100000`);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) >= 8);
  const session = await stage.browser.target().createCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  process.kill(processInfo.find(({ type }) => type === "GPU")!.id, "SIGKILL");
  // The compositor was in that process, too: neither frames nor clicks can be relied on.
  const until = (holds: (n: number) => boolean, n = 0) => page.waitForFunction(holds, { polling: 100 }, n);
  await until(() => /on a new device/.test(document.getElementById("alert")!.textContent!));
  expect(await text(page, "#alert")).toMatch(
    /^The GPU device was lost .*\nThe run goes on from step \d+, on a new device/,
  );
  const reached = Number(await page.evaluate(() => document.body.dataset.step));
  await until((n) => Number(document.body.dataset.step) > n, reached);
  await page.evaluate(() => document.getElementById("train")!.click());
  await until(() => document.body.dataset.state === "idle");
  expect(errors).toEqual([]);
  await page.close();
});
