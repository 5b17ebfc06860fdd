// What the headless page is served: requests that cannot be answered end alone.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../../src/cli/site";

const gallery = mkdtempSync(join(tmpdir(), "wgrad-site-"));
mkdirSync(join(gallery, "headless"));
writeFileSync(join(gallery, "headless/index.html"), "the page");
const site = new Site(gallery);
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", note).on("uncaughtException", note);
  await site.listen();
});
afterAll(() => {
  process.off("unhandledRejection", note).off("uncaughtException", note);
  site.close();
});

/** Sends bytes, ends there, and waits until the site hangs up. */
const send = (text: string) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(Number(new URL(site.url).port), "127.0.0.1", () => socket.end(text));
    socket.on("error", () => {}).on("close", () => resolve());
    socket.setTimeout(1000, () => reject(new Error("no end")));
    socket.resume();
  });

const serves = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unhandled).toEqual([]);
  expect(await (await fetch(`${site.url}/headless/index.html`)).text()).toBe("the page");
};

test("JSON that is none is dropped", async () => {
  await expect(
    fetch(`${site.url}/tuning`, { method: "POST", body: "{", signal: AbortSignal.timeout(1000) }),
  ).rejects.toThrow("fetch failed");
  await serves();
});

test("a path that is no URL is dropped", async () => {
  await send("GET // HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await serves();
});

test("a checkpoint that is cut off is none", async () => {
  await send("POST /checkpoint HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
  expect(site.checkpoint).toBeUndefined();
  await serves();
});

test.skipIf(process.platform !== "linux")("a file that cannot be read is dropped", async () => {
  symlinkSync("/proc/self/mem", join(gallery, "unreadable"));
  await expect(fetch(`${site.url}/unreadable`, { signal: AbortSignal.timeout(1000) })).rejects.toThrow("fetch failed");
  await serves();
});
