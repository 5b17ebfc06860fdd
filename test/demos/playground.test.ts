// The playground in a real browser, as a visitor uses it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../chrome/open";
import { accessibilityProblems, inState, text, upload } from "./visitor";

const PAGE = "/playground/index.html";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

const stepOf = (page: Page) => page.evaluate(() => Number(document.body.dataset.step));
const percentage = async (page: Page, selector: string) => Number.parseFloat(await text(page, selector));
const says = (page: Page, words: string) =>
  page.waitForFunction((w) => document.getElementById("progress-text")!.textContent === w, { timeout: 60_000 }, words);

/** Waits until the page rests at a step and its losses are measured: they come after the words. */
const measuredAt = async (page: Page, step: number) => {
  await says(page, `paused at step ${step}`);
  await page.waitForFunction((s) => document.body.dataset.measured === String(s), { timeout: 60_000 }, step);
};

async function openPage(query = "") {
  const opened = await stage.open(PAGE + query);
  await inState(opened.page, "idle");
  return opened;
}

/** Trains to the last step. */
async function finish(page: Page, steps: number): Promise<void> {
  await page.click("#train");
  await says(page, `finished after ${steps} steps. Raise Steps to train on, or press Reset.`);
}

/** Sets a control as a visitor would, and waits for the network that follows. */
async function set(page: Page, name: string, value: string | boolean): Promise<void> {
  await page.$eval(
    `[name=${name}]`,
    (e, v) => {
      if (typeof v === "boolean") (e as HTMLInputElement).checked = v;
      else (e as HTMLInputElement).value = v;
      for (const event of ["input", "change"]) e.dispatchEvent(new Event(event, { bubbles: true }));
    },
    value,
  );
  await inState(page, "idle");
}

test("two spirals are told apart, held-out points too; the surface, the reading and the units follow", async () => {
  const { page, errors } = await openPage();
  const surface = () => page.$eval("#surface", (c) => (c as HTMLCanvasElement).toDataURL());
  const before = await surface();
  await finish(page, 2000);
  expect(await percentage(page, "#train-accuracy")).toBeGreaterThan(97);
  expect(await percentage(page, "#test-accuracy")).toBeGreaterThan(93);
  // Blue and orange, however the style sheet writes its colours.
  const shares = await page.$eval("#surface", (c) => {
    const canvas = c as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const share = (is: (r: number, g: number, b: number) => boolean) =>
      data.filter((_, i) => i % 4 === 0 && is(data[i]!, data[i + 1]!, data[i + 2]!)).length / (data.length / 4);
    return { orange: share((r, g, b) => r > g && g > b), blue: share((r, g, b) => b > g && g > r) };
  });
  expect(shares.orange).toBeGreaterThan(0.2);
  expect(shares.blue).toBeGreaterThan(0.2);
  expect(await surface()).not.toBe(before);
  expect(await text(page, "#verdict")).toMatch(/^(Fine|High variance)$/);
  expect(await text(page, "#verdict-text")).toMatch(/^Training loss 0\.\d+, held-out loss 0\.\d+/);
  expect(await page.$$eval(".units canvas", (c) => c.length)).toBe(32);
  // What the charts hold at their right end.
  const read = async (id: string) => {
    const over = (await (await page.$(`#${id} .u-over`))!.boundingBox())!;
    await page.mouse.move(over.x + over.width - 1, over.y + over.height / 2);
    await page.waitForFunction((i) => document.querySelector(`#${i} .u-value`)!.textContent === "2,000", {}, id);
    return page.$$eval(`#${id} .u-value`, (v) => v.slice(1).map((e) => e.textContent));
  };
  await page.setViewport({ width: 1440, height: 1600 });
  expect(await read("accuracy-chart")).toEqual([
    await text(page, "#train-accuracy"),
    await text(page, "#test-accuracy"),
  ]);
  expect(await read("lr-chart")).toEqual(["1.00e-2"]);
  const box = (await (await page.$("#surface"))!.boundingBox())!;
  await page.touchscreen.tap(box.x + box.width / 4, box.y + box.height / 2);
  await page.waitForFunction(() => /^x₁ = -\d\.\d\d, x₂ = /.test(document.getElementById("reading-at")!.textContent!));
  await page.click("#hood-details summary");
  await page.waitForFunction(() => document.getElementById("hood")!.textContent!.includes("batch_indices"));
  expect(await text(page, "#hood")).toMatch(/Dispatches a step\d+/);
  expect(await text(page, "#model-source")).toContain("new Linear(inputs, 1)");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("logistic regression: a line is not enough for circles, squared features are", async () => {
  const { page, errors } = await openPage("?data=circles&layers=0&steps=400&lr=0.1&optimizer=momentum");
  expect(await page.$eval("#units", (u) => u.textContent)).toContain("logistic regression");
  await finish(page, 400);
  expect(await percentage(page, "#test-accuracy")).toBeLessThan(75);
  expect(await text(page, "#verdict")).toMatch(/^High bias/);
  await set(page, "x1Squared", true);
  await set(page, "x2Squared", true);
  expect(await stepOf(page)).toBe(0);
  await finish(page, 400);
  expect(await percentage(page, "#test-accuracy")).toBeGreaterThan(97);
  expect(page.url()).toMatch(/x1Squared=true&x2Squared=true/);
  expect(errors).toEqual([]);
  await page.close();
});

/** Tells the page that its tab is hidden, or shown. */
const hide = (page: Page, hidden: boolean) =>
  page.evaluate((h) => {
    Object.defineProperty(document, "hidden", { value: h, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("a hidden tab pauses where the visitor wishes so, and goes on when shown; what was paused stays paused", async () => {
  const { page, errors } = await openPage("?steps=50000&data=xor&batch=8&w1=3&layers=1&background=false");
  await hide(page, true);
  await hide(page, false);
  expect(await page.evaluate(() => document.body.dataset.state)).toBe("idle");
  await page.click("#train");
  await inState(page, "training");
  await hide(page, true);
  await inState(page, "idle");
  await hide(page, false);
  await inState(page, "training");
  await page.click("[name=background]");
  await hide(page, true);
  const step = await stepOf(page);
  await page.waitForFunction((s) => Number(document.body.dataset.step) > s + 5, { timeout: 60_000 }, step);
  expect(errors).toEqual([]);
  await page.close();
});

test("pause, step, a new learning rate, reset; settings start anew and go into the address", async () => {
  const { page, errors } = await openPage("?steps=50000&data=xor&batch=8&w1=3&layers=1");
  expect(await page.$eval("[name=data]", (e) => (e as HTMLSelectElement).value)).toBe("xor");
  await page.waitForFunction(() => document.querySelectorAll(".units canvas").length === 3, { timeout: 60_000 });
  await page.click("#step");
  await says(page, "paused at step 1");
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 30, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  const paused = await stepOf(page);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await stepOf(page)).toBe(paused);
  await set(page, "lr", "0.05");
  expect(await stepOf(page)).toBe(paused);
  await page.click("#step");
  await says(page, `paused at step ${paused + 1}`);
  await page.click("#reset");
  await says(page, "ready");
  expect(await stepOf(page)).toBe(0);
  const losses = async () => {
    await page.click("#step");
    await says(page, "paused at step 1");
    return text(page, "#verdict-text");
  };
  const [first, after] = [await losses(), page.click("#reset")];
  await after;
  await says(page, "ready");
  expect(await losses()).toBe(first);
  // Settings changed while it trains: the run ends, and the new network waits.
  await page.click("#train");
  await page.waitForFunction(() => document.body.dataset.state === "training");
  await set(page, "layers", "3");
  await set(page, "noise", "0.1");
  // What the units say is drawn once the new network has been asked, after the page has said that it is ready.
  await page.waitForFunction(() => document.querySelectorAll(".units").length === 3, { timeout: 60_000 });
  await says(page, "ready");
  expect(await text(page, "[name=noiseOut]")).toBe("0.10");
  const query = new URL(page.url()).searchParams;
  expect(query.has("noiseOut")).toBe(false);
  expect(Object.fromEntries(query)).toMatchObject({ layers: "3", noise: "0.1", lr: "0.05", w1: "3", data: "xor" });
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("a saved checkpoint brings its settings and goes on where it stood; another file is refused", async () => {
  const { page, errors } = await openPage("?data=blobs&noise=0.2&layers=1&w1=5&optimizer=momentum&l2=0.001&batch=16");
  await page.evaluate(() => {
    HTMLAnchorElement.prototype.click = function () {
      Object.assign(globalThis, {
        kept: fetch(this.href).then(async (r) => [...new Uint8Array(await r.arrayBuffer())]),
      });
    };
  });
  for (const step of [1, 2, 3]) {
    await page.click("#step");
    await says(page, `paused at step ${step}`);
  }
  await page.click("#save");
  await page.waitForFunction(() => "kept" in globalThis);
  const bytes = await page.evaluate(() => (globalThis as unknown as { kept: Promise<number[]> }).kept);
  const folder = mkdtempSync(join(tmpdir(), "wgrad-playground-"));
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, Uint8Array.from(bytes));
  writeFileSync(bad, "this is no checkpoint");
  await page.click("#step");
  await measuredAt(page, 4);
  const expected = await text(page, "#verdict-text");

  const second = await openPage();
  await upload(second.page, "#load", bad);
  await second.page.waitForFunction(() => document.getElementById("alert")!.textContent!.includes("cannot be loaded"));
  expect(await text(second.page, "#progress-text")).toBe("still at step 0");
  await upload(second.page, "#load", good);
  await says(second.page, "at step 3, from the checkpoint");
  expect(Object.fromEntries(new URL(second.page.url()).searchParams)).toMatchObject({
    data: "blobs",
    w1: "5",
    l2: "0.001",
  });
  await second.page.click("#step");
  await measuredAt(second.page, 4);
  expect(await text(second.page, "#verdict-text")).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("more steps carry a finished run on", async () => {
  const { page } = await openPage("?data=blobs&steps=40");
  await finish(page, 40);
  await set(page, "steps", "60");
  expect(await stepOf(page)).toBe(40);
  await finish(page, 60);
  await page.close();
});

test("the plane is read by keyboard; without a feature nothing is made", async () => {
  const { page, errors } = await openPage();
  await page.focus("#surface");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() =>
    /^x₁ = 0\.00, x₂ = 0\.0\d: orange with probability \d/.test(document.getElementById("reading-at")!.textContent!),
  );
  await set(page, "x1", false);
  expect(await page.$eval("[name=x1]", (e) => (e as HTMLInputElement).validationMessage)).toBe("");
  await set(page, "x2", false);
  expect(await page.$eval("[name=x1]", (e) => (e as HTMLInputElement).validationMessage)).toContain("one feature");
  expect(await text(page, "#progress-text")).toBe("ready");
  expect(errors).toEqual([]);
  await page.close();
});

test("accessible in light and dark, and no sideways scrolling on a phone", async () => {
  const { page } = await openPage("?layers=4");
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  await page.click("#hood-details summary");
  await page.waitForFunction(() => document.getElementById("hood")!.textContent!.includes("batch_indices"));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});

test("without WebGPU the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await page.waitForFunction(() =>
    document.getElementById("alert")!.textContent!.startsWith("This browser has no WebGPU."),
  );
  await page.close();
});
