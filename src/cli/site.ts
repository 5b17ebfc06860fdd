import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { arrayBuffer, json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { platformTuningStore } from "../index";
import { dataFile } from "./packages";
import type { Saving } from "./saving";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Serves the headless page, on a port of this machine only: the built gallery, data, checkpoints, and what was measured. */
export class Site {
  /** The last checkpoint that the page sent. */
  checkpoint: Uint8Array | undefined;
  /** The headless browser stores nothing: what it measures goes into this process's store. */
  readonly #tuning = platformTuningStore();
  // A request that cannot be answered is dropped: the run that made it throws an error.
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  /**
   * @param gallery folder of the built pages
   * @param resume the checkpoint to go on from
   * @param save takes the checkpoints of a run that goes on
   */
  constructor(
    readonly gallery: string,
    readonly resume?: Uint8Array,
    readonly save?: Saving["save"],
  ) {}

  /** @throws Error where the gallery is not built */
  async listen(): Promise<void> {
    if (!existsSync(join(this.gallery, "headless/index.html")))
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
      this.checkpoint = new Uint8Array(await arrayBuffer(request));
      response.end();
    } else if (path === "/checkpoint-so-far" && request.method === "POST") {
      await this.save?.(new Uint8Array(await arrayBuffer(request)));
      response.end();
    } else if (path === "/tuning") {
      const device = new URL(request.url!, "http://localhost").searchParams.get("device") ?? "";
      if (request.method === "POST") await this.#tuning?.save(device, (await json(request)) as Record<string, string>);
      response.end(JSON.stringify((await this.#tuning?.load(device)) ?? {}));
    } else if (path === "/checkpoint" && this.resume) response.end(this.resume);
    else if (path.startsWith("/data/")) sendData(path.slice("/data/".length), response);
    else await sendFile(join(this.gallery, path), response);
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

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
  await pipeline(createReadStream(path), response);
}
