// Measurements in a browser: the page is built once, and opened anew for each of them.
import { join } from "node:path";
import { build, preview } from "vite";
import { findBrowser, launchBrowser } from "../../src/cli/browser";
import { wgslKernels } from "../../src/kernel/vitePlugin";
import { type Host, within } from "./hosts";
import { benchFolder, installPeers, peerFolders } from "./installedPeers";
import type { Task } from "./tasks";

const ROOT = join(import.meta.dirname, "../..");

/** Builds the page, and gives each task a browser of its own: no engine finds what another has left. */
export async function chromeHost(): Promise<Host> {
  installPeers(ROOT);
  const outDir = join(benchFolder(ROOT), "site");
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    plugins: [wgslKernels(ROOT)],
    resolve: { alias: peerFolders(ROOT) },
    build: { outDir, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 10_000 },
  });
  const server = await preview({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    build: { outDir },
    preview: { port: 0 },
  });
  const found = await findBrowser({ fetch: true, log: (line) => console.error(line) });
  return {
    on: "chrome",
    async run(task, seconds) {
      const browser = await launchBrowser(found);
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(300_000);
        await page.goto(server.resolvedUrls!.local[0]!);
        await page.waitForFunction(() => "runTask" in globalThis);
        return (await within(
          page.evaluate((t) => globalThis.runTask(t), task as Task),
          seconds,
        )) as never;
      } finally {
        await browser.close();
      }
    },
    close: () => server.close(),
  };
}
