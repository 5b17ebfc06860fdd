import type { Browser, Page } from "puppeteer";
import { createServer, type ViteDevServer } from "vite";
import { findBrowser, launchBrowser } from "../../src/cli/browser";

/** A browser and a development server, for the tests that run in Chrome. */
export interface Stage {
  readonly browser: Browser;
  readonly url: string;
  /** Opens a page; what it reports on its console as an error, or throws, is collected. */
  open(path: string): Promise<{ page: Page; errors: string[] }>;
  close(): Promise<void>;
}

/** @param mode "test" serves the project's folder, "development" the gallery */
export async function openStage(mode: "test" | "development"): Promise<Stage> {
  const found = await findBrowser({ fetch: true, log: (line) => console.log(line) });
  const server: ViteDevServer = await createServer({
    mode,
    logLevel: "error",
    cacheDir: `node_modules/.vite/${mode}-${process.pid}`,
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
  });
  await server.listen();
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
