import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer";
import type { TrainEvent } from "../index";
import { findBrowser, launchBrowser } from "./browser";
import { EXPERIMENTS, type RunOptions } from "./experiments";
import { dataFile } from "./packages";
import { type Saving, trainSaving } from "./saving";
import { Site } from "./site";

/** A run, and who hears of it. */
interface HostedRun {
  readonly model: string;
  /** How to save while it trains; undefined where it is to tune instead. */
  readonly training?: Saving;
  readonly options: RunOptions;
  readonly onEvent: (event: TrainEvent) => void;
  readonly note: (line: string) => void;
  /** When aborted, the run stops after the step under way. */
  readonly signal: AbortSignal;
}

/** Trains or tunes. Resolves with the last checkpoint of a training. */
export const runOn = (host: "chrome" | "node", run: HostedRun): Promise<Uint8Array | undefined> =>
  host === "chrome" ? runInChrome(run) : runInNode(run);

/** In this process, on Dawn. */
async function runInNode(hosted: HostedRun): Promise<Uint8Array | undefined> {
  const { model, training, options, onEvent, signal } = hosted;
  const experiment = await EXPERIMENTS[model]!.open();
  const load = async (name: string) => {
    const bytes = dataFile(name);
    if (!bytes) throw new Error(`there is no data file ${name}`);
    return bytes;
  };
  const run = await experiment.create(load, options, onEvent);
  try {
    if (training) return await trainSaving(run, training, onEvent, signal);
    await run.tune(onEvent);
    return undefined;
  } finally {
    run.dispose();
  }
}

/** In a headless browser. */
async function runInChrome(hosted: HostedRun): Promise<Uint8Array | undefined> {
  const { model, training, options, onEvent, note, signal } = hosted;
  const { resume, gpu: _, tuning: __, ...numbers } = options;
  const site = new Site(fileURLToPath(new URL("../gallery", import.meta.url)), resume, training?.save);
  await site.listen();
  const browser = await launchBrowser(await findBrowser({ fetch: true, log: note }));
  try {
    const page = await browser.newPage();
    const failed = failureOf(page);
    await page.exposeFunction("wgradEvent", onEvent);
    await page.goto(`${site.url}/headless/index.html`);
    const stop = () => void page.evaluate(() => dispatchEvent(new Event("wgrad-stop"))).catch(() => {});
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    const request = { model, saveEvery: training?.every, options: numbers, resume: resume !== undefined };
    const trained = page.evaluate((r) => (globalThis as unknown as PageSide).wgradRun(r), request);
    const problem = await Promise.race([trained, failed]);
    if (problem) throw new Error(problem);
    if (training && !site.checkpoint) throw new Error("the page sent no checkpoint");
    return site.checkpoint;
  } finally {
    await browser.close().catch(() => {});
    site.close();
  }
}

/** What the headless page defines globally; it resolves with null, or with what went wrong. */
interface PageSide {
  wgradRun(request: {
    model: string;
    saveEvery: number | undefined;
    options: object;
    resume: boolean;
  }): Promise<string | null>;
}

/** Resolves with the reason when the page or the browser fails; else never. */
function failureOf(page: Page): Promise<string> {
  return new Promise((resolve) => {
    page.on("error", (e) => resolve(`the page crashed: ${e.message}`));
    page.on("pageerror", (e) => resolve(e instanceof Error ? e.message : String(e)));
    page.browser().on("disconnected", () => resolve("the browser ended unexpectedly"));
  });
}
