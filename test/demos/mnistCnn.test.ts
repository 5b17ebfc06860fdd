// The page in a real browser, as a visitor uses it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { openStage, type Stage } from "../chrome/open";
import { accessibilityProblems, atStep, catchDownloads, downloaded, inState, says, text, upload } from "./visitor";

const PAGE = "/mnist-cnn/index.html";
const folder = mkdtempSync(join(tmpdir(), "wgrad-demo-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

const stepOf = (page: Page) => page.evaluate(() => Number(document.body.dataset.step));

async function openPage(query = "") {
  const opened = await stage.open(PAGE + query);
  await inState(opened.page, "idle");
  return opened;
}

test("trains to its last step: the loss falls, evaluation and pictures appear, nothing is reported", async () => {
  const { page, errors } = await openPage("?steps=60&batch=16&seed=3");
  await catchDownloads(page);
  await page.click("#random");
  await page.waitForFunction(() => /reads \d/.test(document.getElementById("guess")!.textContent!));
  const before = await text(page, "#guess");
  await page.click("#train");
  await page.waitForFunction(() => /^finished after 60/.test(document.getElementById("progress-text")!.textContent!), {
    timeout: 60_000,
  });
  await page.click("#csv");
  const rows = new TextDecoder()
    .decode(await downloaded(page, "mnist-cnn.csv"))
    .split("\n")
    .map((r) => r.split(","));
  const losses = rows.slice(1).map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(losses).toHaveLength(60);
  expect(average(losses.slice(-10))).toBeLessThan(0.6 * average(losses.slice(0, 10)));
  expect(Number.parseFloat(await text(page, "#accuracy"))).toBeGreaterThan(60);
  expect(await text(page, "#confusion")).toContain("Worst:");
  expect(await text(page, "#guess")).not.toBe(before);
  expect(await page.$$eval(".digit", (d) => d.length)).toBe(16);
  // What it gets wrong, with the right answer.
  await page.click("#mistakes");
  await says(page, "digits-status", /^16 mistakes among the first \d+ of 10000 held-out digits$/);
  await page.waitForFunction(() => document.querySelectorAll(".digit.wrong").length === 16);
  expect(
    await page.$$eval(".digit", (d) => d.filter((e) => /^✗ (\d)→(?!\1)\d · \d+%$/.test(e.textContent!)).length),
  ).toBe(16);
  await page.click("#mistakes");
  await page.waitForFunction(() => document.querySelectorAll(".digit.wrong").length < 16);
  await page.click("#hood-details summary");
  await page.waitForFunction(() => document.getElementById("hood")!.textContent!.includes("conv2d_grad_weight"));
  expect(await text(page, "#hood")).toMatch(/Dispatches a step\d+/);
  expect(await text(page, "#model-source")).toContain("new Conv2d(1, 16, 3");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("pause, step, reset, and settings in the address", async () => {
  const { page, errors } = await openPage("?steps=5000&batch=8&optimizer=sgd&lr=0.01");
  expect(await page.$eval("select[name=optimizer]", (e) => (e as HTMLSelectElement).value)).toBe("sgd");
  await page.click("#step");
  await page.waitForFunction(() => document.getElementById("progress-text")!.textContent === "paused at step 1");
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 5, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  const paused = await stepOf(page);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await stepOf(page)).toBe(paused);
  await page.click("#step");
  await page.waitForFunction((s) => Number(document.body.dataset.step) === s + 1, {}, paused);
  await page.click("#reset");
  await page.waitForFunction(() => document.body.dataset.step === "0" && document.body.dataset.state === "idle");
  await page.$eval("input[name=seed]", (e) => {
    (e as HTMLInputElement).value = "7";
    e.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await inState(page, "idle");
  expect(page.url()).toMatch(/seed=7/);
  expect(errors).toEqual([]);
  await page.close();
});

test("a saved checkpoint goes on where it stood; a file of another kind is refused and nothing is lost", async () => {
  const { page, errors } = await openPage("?steps=30&batch=8");
  await catchDownloads(page);
  for (let i = 1; i <= 3; i++) {
    await page.click("#step");
    await page.waitForFunction(
      (s) => document.body.dataset.step === String(s) && document.body.dataset.state === "idle",
      {},
      i,
    );
  }
  await page.click("#save");
  const bytes = await downloaded(page, "mnist-cnn.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "mnist-cnn", step: "3" });
  const losses = async (p: Page, name: string) => {
    await p.click("#step");
    await p.waitForFunction(() => document.body.dataset.step === "4" && document.body.dataset.state === "idle");
    await p.click("#csv");
    return [
      name,
      new TextDecoder()
        .decode(await downloaded(p, "mnist-cnn.csv"))
        .split("\n")
        .at(-1)!
        .split(",")[2],
    ] as const;
  };
  const [, expected] = await losses(page, "went on");
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("?steps=30&batch=8");
  await catchDownloads(second.page);
  await upload(second.page, "#load", bad);
  await second.page.waitForFunction(() => document.getElementById("alert")!.textContent!.includes("cannot be loaded"));
  await inState(second.page, "idle");
  expect(await stepOf(second.page)).toBe(0);
  await upload(second.page, "#load", good);
  await second.page.waitForFunction(() => document.body.dataset.step === "3" && document.body.dataset.state === "idle");
  expect((await losses(second.page, "resumed"))[1]).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("a checkpoint brings its settings along, and a wrong file does not stop training", async () => {
  const { page, errors } = await openPage("?optimizer=sgd&lr=0.02&batch=16&seed=3&steps=40");
  await catchDownloads(page);
  await page.click("#step");
  await atStep(page, 1);
  await page.click("#save");
  const [good, bad] = [join(folder, "sgd.safetensors"), join(folder, "wrong.safetensors")];
  writeFileSync(good, await downloaded(page, "mnist-cnn.safetensors"));
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("?steps=5000&batch=8");
  await second.page.click("#train");
  await second.page.waitForFunction(() => Number(document.body.dataset.step) > 2);
  await upload(second.page, "#load", bad);
  await says(second.page, "alert", /cannot be loaded/);
  const refused = await stepOf(second.page);
  await second.page.waitForFunction((s) => Number(document.body.dataset.step) > s, { timeout: 20_000 }, refused + 2);
  expect(await second.page.evaluate(() => document.body.dataset.state)).toBe("training");
  await upload(second.page, "#load", good);
  await atStep(second.page, 1);
  const settings = await second.page.$eval("#settings", (f) =>
    Object.fromEntries([...new FormData(f as HTMLFormElement)].map(([name, value]) => [name, String(value)])),
  );
  expect(settings).toMatchObject({ optimizer: "sgd", lr: "0.02", batch: "16", seed: "3", steps: "40" });
  expect(await text(second.page, "#alert")).toBe("");
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("an optimizer comes with its usual learning rate, unless the visitor has set one", async () => {
  const { page } = await openPage("?batch=8");
  const rate = () => page.$eval("input[name=lr]", (e) => (e as HTMLInputElement).value);
  await page.select("select[name=optimizer]", "sgd");
  expect([await rate(), page.url()]).toEqual(["0.05", expect.stringMatching(/optimizer=sgd&lr=0\.05/)]);
  await page.$eval("input[name=lr]", (e) => {
    (e as HTMLInputElement).value = "0.01";
  });
  await page.select("select[name=optimizer]", "adam");
  expect(await rate()).toBe("0.01");
  await page.close();
});

test("a drawing is read", async () => {
  const { page } = await openPage();
  await page.setViewport({ width: 1440, height: 1100 });
  const box = (await (await page.$("#drawing"))!.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 30, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => /reads \d/.test(document.getElementById("guess")!.textContent!));
  const widths = await page.$$eval(".bar .fill", (bars) =>
    bars.map((b) => Number.parseFloat((b as HTMLElement).style.width)),
  );
  expect(widths.reduce((a, b) => a + b, 0)).toBeCloseTo(100, 0);
  await page.click("#clear");
  await page.waitForFunction(() => document.getElementById("guess")!.textContent === "The drawing area is empty.");
  expect(await page.$eval("#probabilities", (e) => e.getAttribute("aria-label"))).toBe("The drawing area is empty.");
  await page.close();
});

test("a digit is drawn by keyboard; what the pen does is shown and read out", async () => {
  const { page, errors } = await openPage();
  const ink = () =>
    page.$eval("#drawing", (c) => {
      const { data } = (c as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 280, 280);
      return [75, 115, 155, 195].map((y) => data[4 * (280 * y + 145)]! > 128);
    });
  const penSeen = () => page.$eval("#pen", (e) => getComputedStyle(e).visibility === "visible");
  const press = async (...keys: Parameters<typeof page.keyboard.press>[0][]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  expect(await penSeen()).toBe(false);
  // By tab, as who has no mouse comes there.
  await page.focus("input[name=background]");
  await press("Tab");
  expect(await page.evaluate(() => document.activeElement!.id)).toBe("pad");
  expect(await penSeen()).toBe(true);
  await page.keyboard.down("Shift");
  await press("ArrowUp", "ArrowUp");
  await page.keyboard.up("Shift");
  await press("ArrowDown");
  expect(await text(page, "#drawing-says")).toBe("at row 8, column 15");
  expect(await ink()).toEqual([false, false, false, false]);
  await press("Space");
  expect(await text(page, "#drawing-says")).toBe("pen down at row 8, column 15");
  await press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown");
  await press("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown");
  expect(await text(page, "#drawing-says")).toBe("at row 16, column 15");
  expect(await ink()).toEqual([true, true, false, false]);
  await says(page, "guess", /reads \d/);
  expect(await accessibilityProblems(page)).toEqual([]);
  await press("Space", "Delete");
  expect(await text(page, "#drawing-says")).toBe("cleared, pen up at row 16, column 15");
  expect(await ink()).toEqual([false, false, false, false]);
  await says(page, "guess", /^The drawing area is empty\.$/);
  // Keys that are not the pen's still lead on.
  await press("Tab");
  expect(await page.evaluate(() => document.activeElement!.id)).toBe("clear");
  expect(errors).toEqual([]);
  await page.close();
});

test("accessible in light and dark, and no sideways scrolling on a phone", async () => {
  const { page } = await openPage();
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.goto(`${stage.url}/index.html`);
  await page.waitForSelector(".card");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  expect(await accessibilityProblems(page)).toEqual([]);
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
