// The page in a real browser, as a visitor uses it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { openStage, type Stage } from "../chrome/open";
import { accessibilityProblems, atStep, catchDownloads, downloaded, inState, text, upload } from "./visitor";

const PAGE = "/char-rnn/index.html";
const SMALL = "hidden=24&batch=8&length=16";
const folder = mkdtempSync(join(tmpdir(), "wgrad-char-rnn-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("gallery");
});
afterAll(() => stage?.close());

const saying = (page: Page, selector: string, pattern: string) =>
  page.waitForFunction(
    (s, p) => new RegExp(p).test(document.querySelector(s)!.textContent!),
    { timeout: 60_000 },
    selector,
    pattern,
  );

async function openPage(query = SMALL) {
  const opened = await stage.open(`${PAGE}?${query}`);
  await inState(opened.page, "idle");
  return opened;
}

const table = async (page: Page) => {
  await page.click("#csv");
  const lines = new TextDecoder().decode(await downloaded(page, "char-rnn.csv")).split("\n");
  return lines.map((line) => line.split(","));
};

test("trains to its last step: the loss falls, texts appear, units and gradients are shown, nothing is reported", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=60&every=30&seed=3&lr=0.01`);
  await catchDownloads(page);
  await saying(page, "#reach", "gradient is left");
  const first = await text(page, "#reach");
  expect(first).toMatch(/After \d+ characters/);
  await page.click("#train");
  await saying(page, "#progress-text", "^finished after 60");
  const [columns, ...rows] = await table(page);
  expect(columns).toEqual(["step", "epoch", "loss", "learningRate", "heldOutLoss", "bitsPerCharacter", "accuracy"]);
  const losses = rows.map((r) => Number(r[2]));
  const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  expect(losses).toHaveLength(60);
  expect(average(losses.slice(-10))).toBeLessThan(0.85 * average(losses.slice(0, 10)));
  expect(Number(rows[29]![5])).toBeGreaterThan(Number(rows[59]![5]));
  expect(await page.$$eval("#samples h3", (h) => h.map((e) => e.textContent))).toEqual([
    expect.stringMatching(/^step 60 · \d\.\d{3} bits per character$/),
    expect.stringMatching(/^step 30 · \d\.\d{3} bits per character$/),
  ]);
  expect(await page.$$eval("#samples p", (p) => p.map((e) => e.textContent!.length))).toEqual([256, 256]);
  expect(await text(page, "#bits")).toMatch(/^[345]\.\d{3} watched, [345]\.\d{3} in the test$/);

  // Units: colours follow the chosen trace and unit.
  const colours = () => page.$$eval("#unit-text span", (s) => s.map((e) => (e as HTMLElement).style.background).join());
  const cell = await colours();
  expect(await page.$$eval("#unit-text span", (s) => s.length)).toBe(480);
  await page.select("#trace", "forget");
  expect(await page.$$eval("#trace option", (o) => o.length)).toBe(5);
  const forget = await colours();
  expect(forget).not.toBe(cell);
  await page.click("#slow");
  expect(await colours()).not.toBe(forget);
  const passage = await text(page, "#unit-text");
  await page.click("#passage");
  await page.waitForFunction((t) => document.getElementById("unit-text")!.textContent !== t, {}, passage);

  await page.click("#hood-details summary");
  await page.waitForFunction(() => document.getElementById("hood")!.textContent!.includes("recurrence"));
  expect(await text(page, "#hood")).toMatch(/Dispatches a step\d+/);
  expect(await text(page, "#model-source")).toContain("new Embedding(vocabulary");
  expect(errors).toEqual([]);
  expect(await text(page, "#alert")).toBe("");
  await page.close();
});

test("a prompt is continued while the network learns; the temperature follows its slider; the prompt is in the address", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=4000&prompt=The+whale`);
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 3, { timeout: 60_000 });
  await page.click("#write");
  await saying(page, "#prompt-status", "480 characters");
  expect(await text(page, "#continuation")).toMatch(/^The whale/);
  expect(await text(page, "#continuation")).toHaveLength("The whale".length + 480);
  await page.click("#train");
  await inState(page, "idle");
  await page.$eval("input[name=temperature]", (e) => {
    (e as HTMLInputElement).value = "0";
    for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, { bubbles: true }));
  });
  expect(await text(page, "#temperature-value")).toBe("0.00");
  expect(page.url()).toMatch(/temperature=0/);
  const written = async () => {
    await page.click("#write");
    await saying(page, "#prompt-status", "480 characters");
    return text(page, "#continuation");
  };
  expect(await written()).toBe(await written());
  await page.$eval("textarea[name=prompt]", (e) => {
    (e as HTMLTextAreaElement).value = "Ahab 鯨";
  });
  await page.click("#write");
  await saying(page, "#prompt-status", "^the book has no character 鯨");
  expect(await text(page, "#alert")).toBe("");
  await inState(page, "idle");
  expect(errors).toEqual([]);
  await page.close();
});

test("pause, step, reset, and settings in the address", async () => {
  const { page, errors } = await openPage(`${SMALL}&steps=5000&cell=gru`);
  expect(await page.$eval("select[name=cell]", (e) => (e as HTMLSelectElement).value)).toBe("gru");
  await page.click("#step");
  await saying(page, "#progress-text", "^paused at step 1$");
  await page.click("#train");
  await page.waitForFunction(() => Number(document.body.dataset.step) > 5, { timeout: 60_000 });
  await page.click("#train");
  await inState(page, "idle");
  const paused = await page.evaluate(() => Number(document.body.dataset.step));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await page.evaluate(() => Number(document.body.dataset.step))).toBe(paused);
  await page.click("#reset");
  await atStep(page, 0);
  await page.select("select[name=cell]", "rnn");
  await atStep(page, 0);
  expect(page.url()).toMatch(/cell=rnn/);
  await page.waitForFunction(() => document.querySelectorAll("#trace option").length === 1);
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
  const bytes = await downloaded(page, "char-rnn.safetensors");
  expect(decodeSafetensors(bytes).metadata).toMatchObject({ model: "char-rnn", step: "3", cell: "lstm", hidden: "24" });
  const fourth = async (p: Page) => {
    await p.click("#step");
    await atStep(p, 4);
    return (await table(p)).at(-1)![2];
  };
  const expected = await fourth(page);
  const [good, bad] = [join(folder, "good.safetensors"), join(folder, "bad.safetensors")];
  writeFileSync(good, bytes);
  writeFileSync(bad, "this is no checkpoint");

  const second = await openPage("hidden=8&batch=4&length=8&steps=30&cell=rnn");
  await catchDownloads(second.page);
  await upload(second.page, "#load", bad);
  await saying(second.page, "#alert", "cannot be loaded");
  await atStep(second.page, 0);
  await upload(second.page, "#load", good);
  await atStep(second.page, 3);
  expect(await text(second.page, "#alert")).toBe("");
  expect(second.page.url()).toMatch(/hidden=24/);
  expect(await fourth(second.page)).toBe(expected);
  expect([...errors, ...second.errors]).toEqual([]);
  await page.close();
  await second.page.close();
});

test("accessible in light and dark, and no sideways scrolling on a phone", async () => {
  const { page } = await openPage(`${SMALL}&steps=4&every=2`);
  await page.click("#train");
  await saying(page, "#progress-text", "^finished");
  await page.click("#hood-details summary");
  await saying(page, "#hood", "recurrence");
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    expect(await accessibilityProblems(page), value).toEqual([]);
  }
  await page.setViewport({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.close();
});

test("without WebGPU, or without the book, the page says so in a plain sentence", async () => {
  const page = await stage.browser.newPage();
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  await page.goto(stage.url + PAGE);
  await saying(page, "#alert", "^This browser has no WebGPU.");
  await page.close();

  const other = await stage.browser.newPage();
  await other.evaluateOnNewDocument(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message: { method: string; args: string[] }) {
      if (message.method === "create") message.args[1] += ".gone";
      post.call(this, message);
    };
  });
  await other.goto(stage.url + PAGE);
  await saying(other, "#alert", "the book cannot be loaded");
  await other.close();
});
