import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer";

/** A browser on this machine. */
interface FoundBrowser {
  readonly path: string;
  /** How it was found, for people. */
  readonly how: string;
}

/** What finding a browser needs to know of the machine; tests pass their own. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Whether an executable file is there. */
  exists(path: string): boolean;
  /** Path of the browser in Puppeteer's cache, whether it is there or not. */
  cached(): Promise<string | undefined>;
  /** Downloads a browser into Puppeteer's cache. */
  download(log: (line: string) => void): Promise<string>;
  /** Whether this is Debian or Ubuntu, and the user is root: packages can be installed. */
  readonly debianRoot: boolean;
  /** Installs the package `chromium`. @returns the browser's path */
  installChromium(log: (line: string) => void): string;
}

interface FindOptions {
  /** Fetch a browser where none is found. */
  readonly fetch: boolean;
  readonly log?: (line: string) => void;
  readonly machine?: Machine;
}

const PATH_NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
const USUAL_PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((v) => {
    const folder = process.env[v];
    return folder ? [join(folder, "Google/Chrome/Application/chrome.exe")] : [];
  }),
  linux: ["/opt/google/chrome/chrome", "/snap/bin/chromium"],
};

/**
 * Finds a Chrome or Chromium: `PUPPETEER_EXECUTABLE_PATH`, an installed one, Puppeteer's cache; else fetches one by
 * Puppeteer's download or, on Debian as root, as a package.
 * @throws Error that lists what was tried and what to do
 */
export async function findBrowser({
  fetch,
  log = () => {},
  machine = thisMachine(),
}: FindOptions): Promise<FoundBrowser> {
  const named = machine.env.PUPPETEER_EXECUTABLE_PATH;
  if (named) {
    if (machine.exists(named)) return { path: named, how: "PUPPETEER_EXECUTABLE_PATH" };
    throw new Error(`PUPPETEER_EXECUTABLE_PATH names ${named}, which is not there\n  fix: correct or unset it`);
  }
  const installed = installedBrowsers(machine).find((p) => machine.exists(p));
  if (installed) return { path: installed, how: "installed" };
  const cached = await machine.cached();
  if (cached && machine.exists(cached)) return { path: cached, how: "Puppeteer's cache" };
  const tried = ["PUPPETEER_EXECUTABLE_PATH: not set", "installed: none found", "Puppeteer's cache: empty"];
  if (fetch) {
    const fetched = await fetchBrowser(machine, log, tried);
    if (fetched) return fetched;
  }
  const fix = "fix: install Chrome, or set PUPPETEER_EXECUTABLE_PATH";
  throw new Error(["no Chrome or Chromium", ...tried, fix].join("\n  "));
}

async function fetchBrowser(
  machine: Machine,
  log: (line: string) => void,
  tried: string[],
): Promise<FoundBrowser | null> {
  const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split("\n")[0]!;
  try {
    log("no browser found; downloading Chrome …");
    return { path: await machine.download(log), how: "downloaded" };
  } catch (error) {
    tried.push(`download: ${firstLine(error)}`);
  }
  if (!machine.debianRoot) return null;
  try {
    log("the download failed; installing the package chromium …");
    return { path: machine.installChromium(log), how: "package chromium" };
  } catch (error) {
    tried.push(`package chromium: ${firstLine(error)}`);
    return null;
  }
}

function installedBrowsers({ env, platform }: Machine): string[] {
  const folders = (env.PATH ?? "").split(platform === "win32" ? ";" : ":").filter((f) => f);
  const onPath = platform === "win32" ? [] : folders.flatMap((f) => PATH_NAMES.map((n) => join(f, n)));
  return [...onPath, ...(USUAL_PLACES[platform] ?? [])];
}

/** The machine that this process runs on. */
function thisMachine(): Machine {
  const osRelease = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return {
    env: process.env,
    platform: process.platform,
    exists: existsSync,
    async cached() {
      const { default: puppeteer } = await importPuppeteer();
      return Promise.resolve(puppeteer.executablePath()).catch(() => undefined);
    },
    download: downloadChrome,
    debianRoot: process.getuid?.() === 0 && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(osRelease),
    installChromium,
  };
}

/** @throws Error with the fix, where the package is not installed */
async function importPuppeteer(): Promise<typeof import("puppeteer")> {
  try {
    return await import("puppeteer");
  } catch {
    throw new Error("the package puppeteer is not installed\n  fix: npm install puppeteer");
  }
}

async function downloadChrome(log: (line: string) => void): Promise<string> {
  const { Browser: Product, detectBrowserPlatform, install, resolveBuildId } = await import("@puppeteer/browsers");
  const platform = detectBrowserPlatform();
  if (!platform) throw new Error("no build of Chrome for this platform");
  const buildId = await resolveBuildId(Product.CHROME, platform, "stable");
  const cacheDir = process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), ".cache", "puppeteer");
  let reported = -1;
  const { executablePath } = await install({
    browser: Product.CHROME,
    buildId,
    cacheDir,
    downloadProgressCallback(done, total) {
      const tenths = Math.floor((10 * done) / total);
      if (tenths > reported) log(`downloading Chrome ${buildId}: ${tenths * 10} %`);
      reported = Math.max(reported, tenths);
    },
  });
  return executablePath;
}

function installChromium(log: (line: string) => void): string {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    log(`apt-get ${args.join(" ")}`);
    const { status, stderr } = spawnSync("apt-get", args, {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed: ${stderr.trim().split("\n").at(-1)}`);
  }
  return "/usr/bin/chromium";
}

const BASE_FLAGS = [
  "--enable-unsafe-webgpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];
const VULKAN_FLAGS = ["--enable-features=Vulkan", "--use-angle=vulkan"];
const SOFTWARE_FLAGS = ["--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader"];

/**
 * Starts a browser, headless, in which WebGPU works: on the GPU where there is one, else on Chrome's software adapter.
 * @throws Error where no set of flags gives an adapter
 */
export async function launchBrowser(found: FoundBrowser): Promise<Browser> {
  const { default: puppeteer } = await importPuppeteer();
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const hasGpu =
    process.platform !== "linux" || readdirSync("/dev").some((d) => /^(dri|dxg|mali\d|nvidia\d+)$/.test(d));
  const attempts = hasGpu
    ? [...(process.platform === "linux" ? [VULKAN_FLAGS] : []), [], SOFTWARE_FLAGS]
    : [SOFTWARE_FLAGS, []];
  for (const flags of attempts) {
    const args = [...sandbox, ...BASE_FLAGS, ...flags];
    // Signals are handled by the command, which stops a training in order; the browser ends when this process exits. A call into
    // the page lasts as long as the training: it has no time limit.
    const browser = await puppeteer.launch({
      executablePath: found.path,
      args,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      protocolTimeout: 0,
    });
    if (await hasAdapter(browser)) return browser;
    await browser.close();
  }
  throw new Error(`${found.path} gives no WebGPU adapter\n  fix: use Chrome 113 or newer; run \`wgrad doctor\``);
}

/** Whether a page of the browser gets an adapter. */
async function hasAdapter(browser: Browser): Promise<boolean> {
  const ask = (page: Page) => page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  return onLocalPage(browser, ask).catch(() => false);
}

/** Opens an empty page while `use` runs. WebGPU needs a secure context, as http on localhost is. */
export async function onLocalPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => response.end("<!doctype html><title>wgrad</title>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const result = await use(page);
    await page.close();
    return result;
  } finally {
    server.close();
  }
}
