import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refuseUnknown, trainArguments, UsageError } from "../../src/cli/arguments";
import { findBrowser, type Machine } from "../../src/cli/browser";
import { EXPERIMENTS } from "../../src/cli/experiments";
import { namingFile, prepareOut, readCheckpoint, writeWhole } from "../../src/cli/files";
import { humanReporter, jsonReporter, tuningTable, worstPairs } from "../../src/cli/report";
import { tuneArguments } from "../../src/cli/tune";
import { encodeSafetensors } from "../../src/io/safetensors";
import type { TrainEvent } from "../../src/train/events";

const MODELS = {
  "mnist-cnn": { flags: {} },
  "char-rnn": { flags: { cell: { kind: ["lstm", "gru"] }, layers: { kind: "integer" } } },
} as const;
const parse = (args: Record<string, unknown>) => trainArguments({ _: [], name: "mnist-cnn", ...args }, MODELS);

test("defaults", () => {
  expect(parse({})).toEqual({
    model: "mnist-cnn",
    on: "chrome",
    out: "checkpoints/mnist-cnn.safetensors",
    json: false,
  });
});

test("numbers and paths", () => {
  const given = {
    epochs: "2",
    steps: "50",
    batch: "32",
    lr: "1e-3",
    seed: "0",
    on: "node",
    resume: "a",
    out: "b",
    "save-every": "0.5",
    json: true,
  };
  expect(parse(given)).toEqual({
    model: "mnist-cnn",
    epochs: 2,
    steps: 50,
    batch: 32,
    lr: 0.001,
    seed: 0,
    on: "node",
    resume: "a",
    out: "b",
    saveEvery: 0.5,
    json: true,
  });
});

test("flags of one model", () => {
  expect(parse({ name: "char-rnn", cell: "gru", layers: "2" }).settings).toEqual({ cell: "gru", layers: 2 });
  expect(parse({ name: "char-rnn" }).settings).toBeUndefined();
  expect(() => parse({ name: "char-rnn", cell: "cnn" })).toThrow(/--cell cnn: takes lstm or gru/);
  expect(() => parse({ name: "char-rnn", layers: "0" })).toThrow(/--layers 0/);
  expect(() => parse({ cell: "gru" })).toThrow(/--cell: mnist-cnn has no such flag/);
});

test.each([
  [{ name: "gpt" }, /no model named gpt/],
  [{ lr: "abc" }, /--lr abc: takes a number above 0/],
  [{ lr: "-1" }, /--lr -1/],
  [{ "save-every": "0" }, /--save-every 0: takes a number above 0/],
  [{ steps: "0" }, /--steps 0: takes an integer of at least 1/],
  [{ batch: "1.5" }, /--batch 1.5/],
  [{ seed: "" }, /--seed/],
  [{ on: "firefox" }, /--on firefox: takes chrome or node/],
  [{ out: "" }, /--out takes the path/],
])("%j is refused", (args, message) => {
  expect(() => parse(args)).toThrow(UsageError);
  expect(() => parse(args)).toThrow(message);
});

test("what to tune, and where", () => {
  const flags = (args: Record<string, unknown>) => tuneArguments({ _: [], ...args });
  expect(flags({})).toEqual({ models: Object.keys(EXPERIMENTS), on: "chrome", json: false });
  expect(flags({ model: "mnist-cnn", on: "node" }).on).toBe("node");
  expect(() => flags({ model: "gpt" })).toThrow(/no model named gpt/);
  expect(() => flags({ on: "moon" })).toThrow(/--on moon: takes chrome or node/);
});

test("unknown flags and words are refused", () => {
  expect(() => refuseUnknown({ _: ["mnist-cnn"], lrr: "1" }, ["lr"], 1)).toThrow(/unknown flag --lrr/);
  expect(() => refuseUnknown({ _: ["mnist-cnn", "twice"] }, ["lr"], 1)).toThrow(/unexpected argument twice/);
});

test("worst pairs", () => {
  expect(
    worstPairs(
      [
        [5, 2, 0],
        [1, 5, 9],
        [0, 0, 5],
      ],
      2,
    ),
  ).toEqual([
    { label: 1, predicted: 2, count: 9 },
    { label: 0, predicted: 1, count: 2 },
  ]);
});

const events: TrainEvent[] = [
  { event: "adapter", adapter: "test gpu", software: true, features: [] },
  { event: "compile", done: 2, total: 2 },
  {
    event: "step",
    step: 1,
    steps: 1,
    epoch: 0.1,
    loss: 2.5,
    learningRate: 0.1,
    examplesPerSecond: 100,
    secondsLeft: 0,
  },
  {
    event: "eval",
    step: 1,
    epoch: 0.1,
    testLoss: 1,
    testAccuracy: 0.5,
    confusion: [
      [1, 1],
      [0, 0],
    ],
  },
  { event: "done", model: "m", steps: 1, seconds: 3, testAccuracy: 0.5, adapter: "test gpu" },
];

const sink = () => {
  const texts: string[] = [];
  return { write: (t: string) => texts.push(t), texts };
};

test("JSON: one object a line, the last one with the checkpoint, all else on the other stream", () => {
  const [out, err] = [sink(), sink()];
  const reporter = jsonReporter(out, err);
  for (const e of events) reporter.event(e);
  reporter.note("hello");
  reporter.done("file.safetensors");
  const lines = out.texts
    .join("")
    .trimEnd()
    .split("\n")
    .map((l) => JSON.parse(l));
  expect(lines.map((l) => l.event)).toEqual(["adapter", "compile", "step", "eval", "done"]);
  expect(lines.at(-1)).toEqual({ ...events.at(-1), checkpoint: "file.safetensors" });
  expect(err.texts).toEqual(["hello\n"]);
});

test("lines for people", () => {
  const out = sink();
  const reporter = humanReporter(out, () => 0);
  for (const e of events) reporter.event(e);
  reporter.done("file.safetensors");
  const text = out.texts.join("");
  expect(text).toContain("This is a software adapter");
  expect(text).toContain("step 1/1 · loss 2.5000 · 100 examples/s");
  expect(text).toContain("worst: 0 taken for 1: 1×");
  expect(text).toContain("checkpoint file.safetensors");
});

test("minutes have sixty seconds", () => {
  const out = sink();
  const done = (seconds: number) =>
    humanReporter(out).event({ event: "done", model: "m", steps: 1, seconds, adapter: "" });
  for (const s of [59.6, 89.4, 119.4, 119.7, 3599.9]) done(s);
  expect(out.texts.map((t) => t.match(/in (.*),/)![1])).toEqual([
    "60 s",
    "89 s",
    "1 min 59 s",
    "2 min 0 s",
    "60 min 0 s",
  ]);
});

test("a way is not compared with one that was left out", () => {
  const out = sink();
  const reporter = humanReporter(out);
  const result = { event: "tune", key: "matmul 4×4", usual: "plain", best: "tiled" } as const;
  reporter.event({ ...result, milliseconds: { plain: 2, tiled: 1 }, rejected: {} });
  reporter.event({ ...result, milliseconds: { tiled: 1 }, rejected: { plain: "wrong" } });
  expect(out.texts).toEqual([
    "matmul 4×4\n  tiled · 2.00× as fast as plain\n  tiled 1.000 ms · plain 2.000 ms\n",
    "matmul 4×4\n  tiled\n  tiled 1.000 ms · plain left out: wrong\n",
  ]);
});

test("what was measured, as a table", () => {
  const table = tuningTable([
    { key: "matmul 4×4", usual: "plain", best: "tiled", milliseconds: { plain: 2, tiled: 1 }, rejected: {} },
    { key: "conv2d 1", usual: "subgroup", best: "direct", milliseconds: { direct: 0.25 }, rejected: { subgroup: "x" } },
    { key: "sum", usual: "a", best: "a", milliseconds: {}, rejected: { a: "x" } },
  ]);
  expect(table.split("\n")).toEqual([
    "op          fastest  ms     first guess  ms     gain",
    "matmul 4×4  tiled    1.000  plain        2.000  2.00×",
    "conv2d 1    direct   0.250  subgroup     –      –",
    "sum         –        –      a            –      –",
  ]);
});

test("files are written whole, and nothing is left beside them", () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-"));
  const path = join(folder, "new", "x.safetensors");
  writeWhole(path, Uint8Array.of(1, 2, 3));
  writeWhole(path, Uint8Array.of(4));
  expect([...readFileSync(path)]).toEqual([4]);
  expect(readdirSync(join(folder, "new"))).toEqual(["x.safetensors"]);
  writeFileSync(join(folder, "in-the-way"), "");
  expect(() => writeWhole(join(folder, "in-the-way", "x"), Uint8Array.of(1))).toThrow();
  expect(() => readCheckpoint(join(folder, "none"), "names")).toThrow(/no such file/);
});

test("where a checkpoint cannot be written, that is told before there is one", () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-"));
  const refused = (path: string, why: RegExp) => {
    expect(() => prepareOut(path)).toThrow(UsageError);
    expect(() => prepareOut(path)).toThrow(`--out ${path}: `);
    expect(() => prepareOut(path)).toThrow(why);
  };
  writeFileSync(join(folder, "file"), "precious");
  refused(folder, /is there, and is not a file/);
  refused("/dev/null", /is there, and is not a file/);
  refused(join(folder, "file", "x"), /EEXIST|ENOTDIR/);
  refused(`${join(folder, "none")}/`, /ENOENT/);
  prepareOut(join(folder, "file"));
  prepareOut(join(folder, "new", "x"));
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("precious");
  expect(readdirSync(join(folder, "new"))).toEqual([]);
});

test("a checkpoint of another model, or of none, is refused by the name of its file before a browser starts", () => {
  const path = join(mkdtempSync(join(tmpdir(), "wgrad-")), "a.safetensors");
  const read = (metadata: Record<string, string>) => {
    writeFileSync(path, encodeSafetensors({ tensors: new Map(), metadata }));
    return readCheckpoint(path, "names");
  };
  expect(read({ model: "names", step: "3" })).toEqual(new Uint8Array(readFileSync(path)));
  expect(() => read({ model: "tagger" })).toThrow(`--resume ${path}: holds a run of tagger, not of names`);
  expect(() => read({})).toThrow(`--resume ${path}: holds no training run`);
  writeFileSync(path, "nothing of the kind");
  expect(() => readCheckpoint(path, "names")).toThrow(`${path}: `);
});

test("what is wrong with a checkpoint is said of its file, and of nothing else", () => {
  const said = (message: string) => namingFile(new Error(message), "runs/a.safetensors").message;
  expect(said("checkpoint: holds a run of names, not of tagger")).toBe(
    "runs/a.safetensors: holds a run of names, not of tagger",
  );
  expect(said("matmul: a checkpoint: none")).toBe("matmul: a checkpoint: none");
});

const machine = (present: readonly string[], more: Partial<Machine> = {}): Machine => ({
  env: { PATH: "/usr/bin:/opt/bin" },
  platform: "linux",
  exists: (p) => present.includes(p),
  cached: async () => "/cache/chrome",
  download: async () => {
    throw new Error("no network");
  },
  debianRoot: false,
  installChromium: () => "/usr/bin/chromium",
  ...more,
});

test("a browser is looked for where the caller says, then installed ones, then the cache, then fetched", async () => {
  const find = (m: Machine, fetch = false) => findBrowser({ fetch, machine: m });
  const env = { PATH: "/opt/bin", PUPPETEER_EXECUTABLE_PATH: "/my/chrome" };
  expect((await find(machine(["/my/chrome", "/opt/bin/chromium"], { env }))).path).toBe("/my/chrome");
  await expect(find(machine([], { env }))).rejects.toThrow(/names \/my\/chrome, which is not there/);
  expect((await find(machine(["/opt/bin/chromium", "/cache/chrome"]))).path).toBe("/opt/bin/chromium");
  expect((await find(machine(["/cache/chrome"]))).how).toBe("Puppeteer's cache");
  await expect(find(machine([]))).rejects.toThrow(/no Chrome or Chromium/);
  expect((await find(machine([], { download: async () => "/dl/chrome" }), true)).how).toBe("downloaded");
  expect((await find(machine([], { debianRoot: true }), true)).how).toBe("package chromium");
  await expect(find(machine([]), true)).rejects.toThrow(/download: no network/);
});
