import { createReadStream, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer";
import type { TrainEvent } from "../index";
import { findBrowser, launchBrowser } from "./browser";
import { EXPERIMENTS, type RunOptions } from "./experiments";
import { mnistFolder } from "./files";

/** One training run, wherever it takes place. */
export interface HostedRun {
  readonly model: string;
  readonly options: RunOptions;
  readonly onEvent: (event: TrainEvent) => void;
  readonly note: (line: string) => void;
  /** Stops after the step under way. */
  readonly signal: AbortSignal;
}

/** Trains in this process, on Dawn. Resolves with the checkpoint. */
export async function trainInNode({ model, options, onEvent, signal }: HostedRun): Promise<Uint8Array> {
  const experiment = await EXPERIMENTS[model]!();
  const folder = mnistFolder();
  const load = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
  const run = await experiment.create(load, options, onEvent);
  try {
    await run.train(onEvent, signal);
    return await run.checkpoint();
  } finally {
    run.dispose();
  }
}

/** Trains in a headless browser. Resolves with the checkpoint. */
export async function trainInChrome({ model, options, onEvent, note, signal }: HostedRun): Promise<Uint8Array> {
  const { resume, gpu: _, ...numbers } = options;
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
    const request = { model, options: numbers, resume: resume !== undefined };
    const trained = page.evaluate((r) => (globalThis as unknown as PageSide).wgradTrain(r), request);
    const problem = await Promise.race([trained, failed]);
    if (problem) throw new Error(problem);
    if (!site.checkpoint) throw new Error("the page sent no checkpoint");
    return site.checkpoint;
  } finally {
    await browser.close().catch(() => {});
    site.close();
  }
}

/** What the headless page puts on its window. Resolves with null, or with what went wrong. */
interface PageSide {
  wgradTrain(request: { model: string; options: object; resume: boolean }): Promise<string | null>;
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

/** The built gallery, the digits and the two checkpoints, on a port of its own of this machine alone. */
class Site {
  checkpoint: Uint8Array | undefined;
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
      const parts: Uint8Array[] = [];
      for await (const part of request) parts.push(part as Uint8Array);
      this.checkpoint = new Uint8Array(Buffer.concat(parts));
      response.end();
    } else if (path === "/checkpoint" && this.resume) response.end(this.resume);
    else if (path.startsWith("/data/mnist/"))
      sendFile(join(mnistFolder(), path.slice("/data/mnist/".length)), response);
    else sendFile(join(this.#gallery, path), response);
  }
}

function sendFile(path: string, response: ServerResponse): void {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
  createReadStream(path).pipe(response);
}
