// What tests of pages have in common: what a visitor does, and what is watched while they do it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "puppeteer";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Waits until the page is in a state: loading, idle, training or failed. */
export const inState = (page: Page, state: string) =>
  page.waitForFunction((s) => document.body.dataset.state === s, { timeout: 60_000 }, state);

/** Waits until a training step is done and the page rests. */
export const atStep = (page: Page, step: number) =>
  page.waitForFunction(
    (s) => document.body.dataset.step === String(s) && document.body.dataset.state === "idle",
    { timeout: 60_000 },
    step,
  );

export const text = (page: Page, selector: string) => page.$eval(selector, (e) => e.textContent ?? "");

/** Waits until an element's text matches. */
export const says = (page: Page, id: string, pattern: RegExp) =>
  page.waitForFunction(
    (i, source) => new RegExp(source).test(document.getElementById(i)!.textContent!),
    { timeout: 60_000 },
    id,
    pattern.source,
  );

/** What axe-core finds. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
  });
}

/** Keeps what the page would download, by file name. */
export const catchDownloads = (page: Page) =>
  page.evaluate(() => {
    const kept: Record<string, Promise<number[]>> = {};
    Object.assign(globalThis, { kept });
    HTMLAnchorElement.prototype.click = function () {
      kept[this.download] = fetch(this.href).then(async (r) => [...new Uint8Array(await r.arrayBuffer())]);
    };
  });

/** The newest file of that name which the page has offered. */
export async function downloaded(page: Page, name: string): Promise<Uint8Array> {
  await page.waitForFunction((n) => n in (globalThis as unknown as { kept: object }).kept, {}, name);
  const bytes = await page.evaluate(
    (n) => (globalThis as unknown as { kept: Record<string, Promise<number[]>> }).kept[n]!,
    name,
  );
  return Uint8Array.from(bytes);
}

/** Rows of a CSV file that the page has offered, without the head. */
export const rowsOf = async (page: Page, name: string): Promise<string[][]> =>
  new TextDecoder()
    .decode(await downloaded(page, name))
    .split("\n")
    .slice(1)
    .map((r) => r.split(","));

/** Chooses a file, as the visitor would. */
export async function upload(page: Page, selector: string, path: string): Promise<void> {
  const input = (await page.$(selector)) as unknown as { uploadFile(p: string): Promise<void> };
  await input.uploadFile(path);
}
