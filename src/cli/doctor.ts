import { spawnSync } from "node:child_process";
import type { Page } from "puppeteer";
import { createEngine, isSoftwareAdapter } from "../index";
import { findBrowser, launchBrowser, onLocalPage } from "./browser";
import { dataSets, packageFolder } from "./packages";

/** One thing that training needs, and whether it is there. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or what is wrong and what to do. */
  readonly text: string;
  /** For data: the models that learn from it. */
  readonly models?: readonly string[];
}

/** What the machine offers. `canTrain`: whether models whose data is there can be trained in Chrome. */
interface Diagnosis {
  readonly canTrain: boolean;
  readonly findings: readonly Finding[];
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Looks at Node, the browser and its adapter, Dawn, and the data. Nothing is fetched or installed. */
export async function diagnose(): Promise<Diagnosis> {
  const node = { name: "Node", ok: true, text: process.version };
  const chrome = await findings("Chrome", chromeFindings);
  const dawn = await findings("Node on Dawn", dawnFindings);
  return { canTrain: chrome.every((f) => f.ok), findings: [node, ...chrome, ...dawn, ...dataFindings()] };
}

/** The packages that data come from. */
export function dataFindings(): Finding[] {
  return dataSets().map(({ package: name, models }) => {
    try {
      return { name, ok: true, text: packageFolder(name), models };
    } catch (error) {
      return { name, ok: false, text: (error as Error).message, models };
    }
  });
}

async function findings(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [{ name, ok: false, text: (error as Error).message }];
  }
}

async function chromeFindings(): Promise<Finding[]> {
  const found = await findBrowser({ fetch: false });
  const version =
    spawnSync(found.path, ["--version", "--no-sandbox"], { encoding: "utf8" }).stdout?.trim() || "version unknown";
  const browser = await launchBrowser(found);
  try {
    const adapter = await onLocalPage(browser, adapterOf);
    return [
      { name: "Chrome", ok: true, text: `${version}, ${found.path} (${found.how})` },
      { name: "Chrome adapter", ok: true, text: adapterText(adapter.name, isSoftwareAdapter(adapter.name)) },
      { name: "Chrome features", ok: true, text: adapter.features.join(" ") },
      { name: "Chrome limits", ok: true, text: adapter.limits.join(", ") },
    ];
  } finally {
    await browser.close();
  }
}

const adapterText = (name: string, software: boolean): string =>
  software ? `${name} (software: runs on the CPU)` : name;

/** The adapter that a page of the browser gets. */
function adapterOf(page: Page) {
  return page.evaluate(async (limitNames) => {
    const found = (await navigator.gpu.requestAdapter())!;
    const { vendor, architecture, description, subgroupMinSize, subgroupMaxSize } = found.info;
    const limits = limitNames.map((name) => `${name} ${found.limits[name]}`);
    return {
      name: [vendor, architecture, description].filter((p) => p).join(" "),
      features: [...found.features].sort(),
      limits: [...limits, `subgroups ${subgroupMinSize}…${subgroupMaxSize}`],
    };
  }, LIMITS);
}

async function dawnFindings(): Promise<Finding[]> {
  const engine = await createEngine();
  const { name, software, features } = engine.adapter;
  engine.dispose();
  return [
    { name: "Node on Dawn", ok: true, text: adapterText(name, software) },
    { name: "Dawn features", ok: true, text: features.join(" ") },
  ];
}

/** The diagnosis for people. */
export function showDiagnosis({ canTrain, findings: list }: Diagnosis): string {
  const lines = list.map(
    ({ name, ok, text }) => `${ok ? "ok     " : "missing"}  ${name}: ${text.replace(/\n/g, "\n           ")}`,
  );
  const lacking = [...new Set(list.flatMap(({ ok, models = [] }) => (ok ? [] : models)))];
  const verdict = canTrain
    ? `Training in Chrome can work${lacking.length ? `, but the data of ${lacking.join(", ")} are missing` : ""}.`
    : "Training in Chrome cannot work yet: see what is missing.";
  return [...lines, verdict].join("\n");
}
