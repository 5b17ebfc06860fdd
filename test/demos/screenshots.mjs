// Takes the demo pages' pictures anew, after each was trained to its end as a visitor would: node test/demos/screenshots.mjs [page …]
import { resolve } from "node:path";
import { createServer } from "vite";

const PAGES = ["mnist-cnn", "playground", "names", "forecast", "char-rnn", "tiny-gpt", "tagger", "translate", "race"];
const WIDTH = 1280;
const HOUR = 3_600_000;

const server = await createServer({ logLevel: "error", server: { port: 0, hmr: false, ws: false, watch: null } });
await server.listen();
const { findBrowser, launchBrowser } = await server.ssrLoadModule(resolve("src/cli/browser.ts"));
const browser = await launchBrowser(await findBrowser({ fetch: true, log: console.log }));
const inState = (page, state) =>
  page.waitForFunction((s) => document.body.dataset.state === s, { timeout: HOUR, polling: 500 }, state);

async function take(name) {
  const page = await browser.newPage();
  await page.setViewport({ width: WIDTH, height: 900 });
  await page.goto(new URL(`${name}/`, server.resolvedUrls.local[0]).href, { timeout: HOUR });
  await inState(page, "idle");
  const [button, busy] = name === "race" ? ["#race", "racing"] : ["#train", "training"];
  await page.click(button);
  await inState(page, busy);
  await inState(page, "idle");
  await page.waitForNetworkIdle();
  await page.screenshot({ path: `demos/${name}/screenshot.png`, fullPage: true });
  console.log(`demos/${name}/screenshot.png`);
  await page.close();
}

try {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : PAGES) await take(name);
} finally {
  await browser.close();
  await server.close();
}
