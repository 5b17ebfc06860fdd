import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer";
import { platformTuningStore, type TrainEvent } from "../index";
import { findBrowser, launchBrowser } from "./browser";
import { EXPERIMENTS, type RunOptions } from "./experiments";
import { dataFile } from "./packages";

/** One run, wherever it takes place. */
export interface HostedRun {
  readonly model: string;
  readonly work: "train" | "tune";
  readonly options: RunOptions;
  readonly onEvent: (event: TrainEvent) => void;
  readonly note: (line: string) => void;
  /** Stops after the step under way. */
  readonly signal: AbortSignal;
}

/** Trains, or tunes, in this process, on Dawn. Resolves with the checkpoint of what was trained. */
export async function runInNode({ model, work, options, onEvent, signal }: HostedRun): Promise<Uint8Array | undefined> {
  const experiment = await EXPERIMENTS[model]!.open();
  const load = async (name: string) => {
    const bytes = dataFile(name);
    if (!bytes) throw new Error(`there is no data file ${name}`);
    return bytes;
  };
  const run = await experiment.create(load, options, onEvent);
  try {
    if (work === "tune") await run.tune(onEvent);
    else await run.train(onEvent, signal);
    return work === "tune" ? undefined : await run.checkpoint();
  } finally {
    run.dispose();
  }
}

/** Trains, or tunes, in a headless browser. Resolves with the checkpoint of what was trained. */
export async function runInChrome(hosted: HostedRun): Promise<Uint8Array | undefined> {
  const { model, work, options, onEvent, note, signal } = hosted;
  const { resume, gpu: _, tuning: __, ...numbers } = options;
  const site = new Site(resume);
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
    const request = { model, work, options: numbers, resume: resume !== undefined };
    const trained = page.evaluate((r) => (globalThis as unknown as PageSide).wgradRun(r), request);
    const problem = await Promise.race([trained, failed]);
    if (problem) throw new Error(problem);
    if (work === "train" && !site.checkpoint) throw new Error("the page sent no checkpoint");
    return site.checkpoint;
  } finally {
    await browser.close().catch(() => {});
    site.close();
  }
}

/** What the headless page puts on its window. Resolves with null, or with what went wrong. */
interface PageSide {
  wgradRun(request: { model: string; work: string; options: object; resume: boolean }): Promise<string | null>;
}

/** Resolves with a plain sentence when the page or the browser fails; otherwise never. */
function failureOf(page: Page): Promise<string> {
  return new Promise((resolve) => {
    page.on("error", (e) => resolve(`the page crashed: ${e.message}`));
    page.on("pageerror", (e) => resolve(e instanceof Error ? e.message : String(e)));
    page.browser().on("disconnected", () => resolve("the browser ended unexpectedly"));
  });
}

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** The built gallery, the data, the two checkpoints and what was measured, on a port of its own of this machine alone. */
class Site {
  checkpoint: Uint8Array | undefined;
  /** A browser of its own keeps nothing: what it measures goes where this process keeps it. */
  readonly #tuning = platformTuningStore();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  readonly #gallery = fileURLToPath(new URL("../gallery", import.meta.url));

  constructor(readonly resume: Uint8Array | undefined) {}

  /** @throws Error where the gallery is not built */
  async listen(): Promise<void> {
    if (!existsSync(join(this.#gallery, "headless/index.html")))
      throw new Error("the headless page is not built\n  fix: npm run build");
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    if (path === "/checkpoint" && request.method === "POST") {
      this.checkpoint = new Uint8Array(await bodyOf(request));
      response.end();
    } else if (path === "/tuning") {
      const device = new URL(request.url!, "http://localhost").searchParams.get("device") ?? "";
      if (request.method === "POST") await this.#tuning?.save(device, JSON.parse(String(await bodyOf(request))));
      response.end(JSON.stringify((await this.#tuning?.load(device)) ?? {}));
    } else if (path === "/checkpoint" && this.resume) response.end(this.resume);
    else if (path.startsWith("/data/")) sendData(path.slice("/data/".length), response);
    else sendFile(join(this.#gallery, path), response);
  }
}

function sendData(name: string, response: ServerResponse): void {
  try {
    const bytes = dataFile(name);
    response.writeHead(bytes ? 200 : 404, { "Content-Type": "application/octet-stream" }).end(bytes);
  } catch (error) {
    response.writeHead(500, (error as Error).message.replace(/\s+/g, " ")).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

function sendFile(path: string, response: ServerResponse): void {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
  createReadStream(path).pipe(response);
}
