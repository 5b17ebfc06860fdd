import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { createServer, type PreviewServer, preview, type ViteDevServer } from "vite";
import { findBrowser, launchBrowser } from "../../src/cli/browser";

/** A browser and a development server, for the tests that run in Chrome. */
export interface Stage {
  readonly browser: Browser;
  readonly url: string;
  /** Opens a page; what it reports on its console as an error, or throws, is collected. */
  open(path: string): Promise<{ page: Page; errors: string[] }>;
  close(): Promise<void>;
}

/**
 * @param what "gallery" the built one, or where it is older than its sources the one under development; "development" that one
 * in any case; "test" the project's folder
 */
export async function openStage(what: "gallery" | "development" | "test"): Promise<Stage> {
  const found = await findBrowser({ fetch: true, log: (line) => console.log(line) });
  const server = await (what === "gallery" && isBuilt()
    ? builtGallery()
    : sources(what === "test" ? "test" : "development"));
  const browser = await launchBrowser(found);
  const url = server.resolvedUrls!.local[0]!.replace(/\/$/, "");
  return {
    browser,
    url,
    async open(path) {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
      page.on("pageerror", (e) => errors.push(e instanceof Error ? e.message : String(e)));
      await page.goto(url + path, { waitUntil: "load" });
      return { page, errors };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Opens in an instant: what is served unbundled takes a page some hundred requests. */
const builtGallery = (): Promise<PreviewServer> =>
  preview({ mode: "gallery", logLevel: "error", preview: { port: 0, host: "127.0.0.1" } });

async function sources(mode: "test" | "development"): Promise<ViteDevServer> {
  const server = await createServer({
    mode,
    logLevel: "error",
    cacheDir: `node_modules/.vite/${mode}-${process.pid}`,
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
  });
  return server.listen();
}

/** Whether the gallery was built after anything in it was changed. */
function isBuilt(): boolean {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = join(root, "dist/gallery/index.html");
  if (!existsSync(built)) return false;
  const time = (path: string) => statSync(path).mtimeMs;
  const isGenerated = (name: string) => /\.d\.wgsl\.ts$|\.gen\.ts$|node_modules/.test(name);
  const names = ["src", "shaders", "demos"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => !isGenerated(name))
      .map((name) => join(root, folder, name)),
  );
  const files = [...names.filter((path) => statSync(path).isFile()), join(root, "vite.config.ts")];
  return files.every((path) => time(path) < time(built));
}
