// The tuner takes the fastest kernel whose numbers are right, remembers it, and rebuilds a step with it.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { withAutocast } from "../../src/graph/autocast";
import type { KernelOp } from "../../src/graph/op";
import { record } from "../../src/graph/op";
import { feed, type Tensor } from "../../src/graph/tensor";
import { chosenWay } from "../../src/kernel/ways";
import { manualSeed } from "../../src/nn/init";
import { Linear } from "../../src/nn/linear";
import { op as add } from "../../src/ops/add";
import { conv2d } from "../../src/ops/conv2d";
import { full } from "../../src/ops/full";
import { matmul } from "../../src/ops/matmul";
import { mul } from "../../src/ops/mul";
import { recurrence } from "../../src/ops/recurrence";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";
import { sum, op as sumOp } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { SGD } from "../../src/optim/sgd";
import { plan } from "../../src/schedule/plan";
import { Engine } from "../../src/train/engine";
import { tensor } from "../../src/train/tensor";
import { Tuner } from "../../src/train/tuner";
import { fileTuningStore, platformTuningStore, type TuningStore } from "../../src/train/tuningStore";
import { describeOnDawn } from "../device";

function memoryStore(): TuningStore & { readonly tables: Map<string, Readonly<Record<string, string>>> } {
  const tables = new Map<string, Readonly<Record<string, string>>>();
  return {
    tables,
    load: async (device) => tables.get(device),
    save: async (device, table) => void tables.set(device, { ...table }),
  };
}

/** A sum over one axis with a second way that is wrong, and a third that no device knows. */
const dubious: KernelOp<{ axes: number[]; keepDims: boolean; scale: number }> = {
  ...sumOp,
  name: "dubious",
  ways: ([x]) => ({ key: `dubious ${x!.shape}`, names: ["right", "twice", "refused"] }),
  lower(inputs, outs, attrs, target) {
    const way = chosenWay(target, dubious.ways!(inputs, attrs, target));
    if (way === "refused") throw new Error("no such kernel\nsecond line");
    return sumOp.lower(inputs, outs, { ...attrs, scale: way === "twice" ? 2 : 1 }, target);
  },
};

/** A sum of which the device refuses a launch, and a kernel. */
const refused: typeof dubious = {
  ...sumOp,
  name: "refused",
  joins: undefined,
  ways: ([x]) => ({ key: `refused ${x!.shape}`, names: ["right", "too large", "no shader"] }),
  lower(inputs, outs, attrs, target) {
    const way = chosenWay(target, refused.ways!(inputs, attrs, target));
    return sumOp.lower(inputs, outs, attrs, target).map((d) => {
      if (way === "too large") return { ...d, workgroups: [70_000, 1, 1] as const };
      return way === "right"
        ? d
        : { ...d, variant: { ...d.variant, key: "no shader", code: "fn main() -> nothing {}" } };
    });
  },
};

/** A sum whose usual way does it fifty times. */
const wasteful: typeof dubious = {
  ...sumOp,
  name: "wasteful",
  // Lowered by itself only: as one of several reductions of a launch it would have no ways.
  joins: undefined,
  ways: ([x]) => ({ key: `wasteful ${x!.shape}`, names: ["fifty times", "once"] }),
  lower(inputs, outs, attrs, target) {
    const times = chosenWay(target, wasteful.ways!(inputs, attrs, target)) === "once" ? 1 : 50;
    return Array.from({ length: times }, () => sumOp.lower(inputs, outs, attrs, target)).flat();
  },
};

const ROWS = { axes: [1], keepDims: false, scale: 1 };

/** A sum that would do in four ways, which are one. */
const patient: typeof dubious = {
  ...sumOp,
  name: "patient",
  joins: undefined,
  ways: ([x]) => ({ key: `patient ${x!.shape}`, names: ["one", "two", "three", "four"] }),
};

await describeOnDawn("tuning", (shared) => {
  const open = (tuning: TuningStore | false) => Engine.create({ device: shared.runtime.device, tuning });
  /** The device, with the kernels for GPUs. */
  const asGpu = () => {
    const target = { ...shared.runtime.open.target, cpu: false };
    const own = { open: { ...shared.runtime.open, target } };
    return { runtime: Object.assign(Object.create(shared.runtime) as Runtime, own), target };
  };

  test("a way whose numbers are wrong, or that fails, is rejected with the reason", async () => {
    const engine = await open(false);
    const step = await engine.capture({ x: [4, 8] }, ({ x }) => ({
      out: record(dubious, [x], { axes: [1], keepDims: false, scale: 1 }),
    }));
    const [measured] = await engine.tune(step);
    expect(measured).toMatchObject({ key: "dubious 4,8", best: "right", usual: "right" });
    expect(measured!.rejected.twice).toMatch(/off by 1/);
    expect(measured!.rejected.refused).toBe("no such kernel");
    expect(Object.keys(measured!.milliseconds)).toEqual(["right"]);
    expect(await engine.tune(step)).toEqual([]);
  });

  /** What is measured of `patient` where the n-th submission of so many runs takes so many milliseconds, by a clock of its own. */
  const measuredBy = async (milliseconds: (runs: number, n: number) => number) => {
    const engine = await open(false);
    const step = await engine.capture({ x: [4, 8] }, ({ x }) => ({ out: record(patient, [x], ROWS) }));
    let [busy, submissions] = [0, 0];
    const clock = vi.spyOn(performance, "now").mockImplementation(() => busy);
    const repeating = vi.spyOn(Executable.prototype, "repeat").mockImplementation((runs) => {
      busy += milliseconds(runs, submissions++);
    });
    const [measured] = await engine.tune(step);
    repeating.mockRestore();
    clock.mockRestore();
    return { ...measured!, busy };
  };

  test.each([0.01, 4, 30])("kernels of %d ms: an op of four keeps the device busy for 200 ms at most", async (each) => {
    const { milliseconds, busy } = await measuredBy((runs) => runs * each);
    expect(Object.keys(milliseconds)).toEqual(["one", "two", "three", "four"]);
    expect(milliseconds.two).toBeCloseTo(each, 6);
    expect(busy).toBeGreaterThanOrEqual(4 * each);
    expect(busy).toBeLessThanOrEqual(200);
  });

  test("one run of the usual way that comes at a bad moment does not lose it its place", async () => {
    const { best, milliseconds } = await measuredBy((runs, n) => (n === 0 ? 150 : 2 * runs));
    expect([best, milliseconds.one]).toEqual(["one", 2]);
  });

  test("what was measured is kept, and another engine on the same device takes it", async () => {
    const store = memoryStore();
    const engine = await open(store);
    const capture = (e: Engine) => e.capture({ a: [24, 16], b: [16, 20] }, ({ a, b }) => ({ out: matmul(a, b) }));
    const step = await capture(engine);
    const [{ key, names }] = step.plan.choices.map((c) => c.ways) as [{ key: string; names: string[] }];
    await engine.tune(step);
    const [[device, table]] = [...store.tables] as [[string, Record<string, string>]];
    expect(names).toContain(table[key]);
    store.tables.set(device, { [key]: names.at(-1)! });
    const again = await capture(await open(store));
    expect(again.plan.choices.map((c) => c.way)).toEqual([names.at(-1)]);
    const unknown = memoryStore();
    unknown.tables.set(device, { [key]: "a way of an older version" });
    const later = await open(unknown);
    const renamed = await capture(later);
    expect(renamed.plan.choices[0]!.way).toBe(names[0]);
    const [measured] = await later.tune(renamed);
    expect(names).toContain(measured!.best);
  });

  test("what two engines measure is kept side by side, and a store that fails costs nothing else", async () => {
    const store = memoryStore();
    const [one, two] = [await open(store), await open(store)];
    const capture = (e: Engine, n: number) =>
      e.capture({ a: [n, 8], b: [8, 12] }, ({ a, b }) => ({ out: matmul(a, b) }));
    const keys: string[] = [];
    for (const [engine, n] of [
      [one, 12],
      [two, 20],
    ] as const) {
      const [m] = await engine.tune(await capture(engine, n));
      keys.push(m!.key);
    }
    const [table] = [...store.tables.values()];
    expect(Object.keys(table!).sort()).toEqual(keys.sort());
    const failing: TuningStore = { load: async () => undefined, save: () => Promise.reject(new Error("disk full")) };
    const engine = await open(failing);
    expect(await engine.tune(await capture(engine, 12))).toHaveLength(1);
  });

  test("an engine that is disposed of while it measures keeps nothing of it", async () => {
    const store = memoryStore();
    const engine = await open(store);
    const step = await engine.capture({ a: [40, 24], b: [24, 28] }, ({ a, b }) => ({ out: matmul(a, b) }));
    const tuned = engine.tune(step);
    engine.dispose();
    await expect(tuned).rejects.toThrow(/the engine has been disposed of/);
    expect([...store.tables.values()]).toEqual([]);
  });

  test("the ways of a long recurrence agree: its weights are small enough that roundings do not grow", async () => {
    const { runtime, target } = asGpu();
    const inputs = [feed("x", { shape: [48, 1, 512], dtype: "f32" }), feed("w", { shape: [512, 128], dtype: "f32" })];
    const outputs = [recurrence("lstm", inputs[0]!, inputs[1]!).output];
    const measured = await new Tuner(runtime, undefined).tune(plan({ outputs, inputs, target, fuse: false }).choices);
    expect(measured.map(({ key, rejected }) => [key, rejected])).toEqual([["recurrence lstm 48·1·128", {}]]);
  });

  test("attention's gradient is measured on what its forward pass noted down", async () => {
    const { runtime, target } = asGpu();
    const inputs = ["q", "k", "v"].map((name) => feed(name, { shape: [1, 2, 40, 8], dtype: "f32" }));
    const out = scaledDotProductAttention(inputs[0]!, inputs[1]!, inputs[2]!, { causal: true, dropout: 0.1 });
    const outputs = gradients(sum(out), inputs) as Tensor[];
    const { choices } = plan({ outputs, inputs, target, fuse: false });
    // Two of its ways, which compile for seconds.
    const gradient = choices
      .filter((c) => c.op.name === "attention_grad")
      .map((c) => ({ ...c, ways: { ...c.ways, names: c.ways.names.slice(0, 2) } }));
    const [measured] = await new Tuner(runtime, undefined).tune(gradient);
    expect(measured).toMatchObject({ key: "attention_grad 2·40·40·8 causal", rejected: {} });
    expect(Object.keys(measured!.milliseconds)).toEqual(["tile 32", "tile 64, 8 rows each"]);
    const engine = await open(false);
    const { op, attrs, inputs: specs } = gradient[0]!;
    const random = specs.map(({ shape, dtype }) => full(shape, 1, dtype));
    const stats = await engine.read(op.sample!(random, attrs)[4]!);
    // Of four numbers the second is how many keys a row may see: all, causal or not.
    expect([0, 1, 79].map((row) => stats[4 * row + 1])).toEqual([40, 40, 40]);
    // The first is the logarithm of the sum of their weights, of ones with a score of √8 each.
    const logs = new Float32Array(stats.buffer, stats.byteOffset, stats.length);
    expect(logs[4 * 39]).toBeCloseTo(Math.sqrt(8) + Math.log(40), 4);
  });

  describe.skipIf(!shared?.adapter.features.includes("shader-f16"))("ops over f16 are measured by every way:", () => {
    const f16 = (...shape: number[]) => feed("f16", { shape, dtype: "f16" });

    test("a product and a convolution, results of an odd number", async () => {
      const inputs = [f16(131, 3), f16(3, 127), f16(1, 3, 5, 5), f16(1, 3, 3, 3)] as const;
      const [a, b, x, w] = inputs;
      const outputs = withAutocast(true, () => [matmul(a, b), conv2d(x, w)]);
      const { choices } = plan({ outputs, inputs, target: shared.runtime.open.target, fuse: false });
      expect(choices.map((c) => c.inputs.map((i) => i.dtype).join())).toEqual(["f16,f16", "f16,f16"]);
      const measured = await new Tuner(shared.runtime, undefined).tune(choices);
      expect(choices.every((c) => c.ways.names.length > 1)).toBe(true);
      expect(measured.map((m) => Object.keys(m.milliseconds))).toEqual(choices.map((c) => [...c.ways.names]));
    });

    test("attention's gradient, on what its forward pass noted down", async () => {
      const { runtime, target } = asGpu();
      const inputs = [f16(1, 2, 40, 8), f16(1, 2, 40, 8), f16(1, 2, 40, 8)] as const;
      const out = withAutocast(true, () => scaledDotProductAttention(...inputs, { causal: true }));
      const outputs = gradients(sum(out), inputs) as Tensor[];
      const { choices } = plan({ outputs, inputs, target, fuse: false });
      const [gradient] = choices.filter((c) => c.op.name === "attention_grad");
      expect(gradient!.inputs.map((i) => i.dtype)).toContain("f16");
      const [measured] = await new Tuner(runtime, undefined).tune([gradient!]);
      expect(measured!.rejected).toEqual({});
    });
  });

  test("what the device refuses of a way is said there, and no run of a step hears of it", async () => {
    const engine = await Engine.create({ tuning: false });
    const capture = () =>
      engine.capture({ x: [4, 8] }, ({ x }) => ({
        out: record(refused, [x], { axes: [1], keepDims: false, scale: 1 }),
      }));
    const step = await capture();
    const [measured] = await engine.tune(step);
    expect(Object.keys(measured!.milliseconds)).toEqual(["right"]);
    expect(measured!.rejected["too large"]).toMatch(/[Ww]orkgroup count/);
    expect(measured!.rejected["no shader"]).toMatch(/refuses this kernel/);
    await step.run({ x: new Float32Array(32).fill(1) });
    expect([...(await step.read("out"))]).toEqual([8, 8, 8, 8]);
    engine.dispose();
  });

  test("tuning in idle time says what it leaves out, and no run of a step hears of it", async () => {
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    const engine = await Engine.create({ tuning: memoryStore(), tuneWhenIdle: true });
    const step = await engine.capture({ x: [2, 8] }, ({ x }) => ({
      out: record(refused, [x], { axes: [1], keepDims: false, scale: 1 }),
    }));
    await vi.waitFor(() => expect(warned).toHaveBeenCalledTimes(2), { timeout: 5000 });
    expect(warned.mock.calls.map(([text]) => text).join()).toMatch(
      /refused 2,8 by too large: .*refused 2,8 by no shader: /,
    );
    warned.mockRestore();
    await step.run({ x: new Float32Array(16).fill(1) });
    expect([...(await step.read("out"))]).toEqual([8, 8]);
    engine.dispose();
  });

  const lose = async (engine: Engine) => {
    const kept = await engine.snapshot();
    engine.runtime.device.destroy();
    await engine.lost;
    await engine.recover(kept);
  };

  test("a device that is lost before it is known what was measured on it is replaced like any other", async () => {
    const engine = await Engine.create({ tuning: memoryStore() });
    await lose(engine);
    expect([...(await engine.read(mul(tensor([1, 2]), 2)))]).toEqual([2, 4]);
    engine.dispose();
  });

  test("what was measured on one device is not taken on another, nor for its own", async () => {
    const owners = [await Engine.create({ tuning: false }), await Engine.create({ tuning: false })];
    const devices = owners.map((e) => e.runtime.device);
    const names = ["first", "first", "second"];
    const adapter = () => ({
      features: new Set(),
      limits: {},
      info: { description: names.shift() },
      requestDevice: async () => devices.shift() ?? (await Engine.create({ tuning: false })).runtime.device,
    });
    const store = memoryStore();
    const gpu = { requestAdapter: async () => adapter() } as unknown as GPU;
    const engine = await Engine.create({ gpu, tuning: store });
    const step = await engine.capture({ x: [4, 8] }, ({ x }) => ({
      out: record(wasteful, [x], { axes: [0, 1], keepDims: false, scale: 1 }),
    }));
    const way = () => step.plan.choices[0]!.way;
    await engine.tune(step);
    const paces = [await engine.estimate(step)];
    const kept = await engine.snapshot();
    await engine.recover(kept);
    expect([way(), [...store.tables.keys()].length]).toEqual(["once", 1]);
    await engine.recover(kept);
    expect(way()).toBe("fifty times");
    const loaded = vi.spyOn(engine, "capture");
    paces.push(await engine.estimate(step));
    expect(loaded).toHaveBeenCalled();
    expect(await engine.tune(step)).toHaveLength(1);
    expect([...store.tables.keys()].map((k) => k.split(" | ")[0])).toEqual(["first", "second"]);
    engine.dispose();
    for (const owner of owners) owner.dispose();
  });

  test("tuning in idle time goes on on the device that takes the place of a lost one", async () => {
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    const engine = await Engine.create({ tuning: memoryStore(), tuneWhenIdle: true });
    await engine.read(tensor([1]));
    await lose(engine);
    await engine.capture({ x: [2, 8] }, ({ x }) => ({
      out: record(refused, [x], { axes: [1], keepDims: false, scale: 1 }),
    }));
    await vi.waitFor(() => expect(warned).toHaveBeenCalledTimes(2), { timeout: 4000 });
    warned.mockRestore();
    engine.dispose();
  });

  test("a rebuilt step goes on where it was, and wants its feeds again", async () => {
    const engine = await open(false);
    const train = async (tune: boolean) => {
      manualSeed(1);
      const layer = new Linear(8, 4);
      const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
      const step = await engine.capture({ x: [4, 8] }, ({ x }: { x: Tensor }) => {
        const squares = mul(layer.forward(x), layer.forward(x));
        const loss = record(wasteful, [squares], { axes: [0, 1], keepDims: false, scale: 1 });
        optimizer.step(loss);
        return { loss };
      });
      const x = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
      await step.run({ x });
      if (tune) {
        const before = step.plan.dispatches.length;
        await engine.tune(step);
        expect(step.plan.dispatches.length).toBeLessThan(before);
        await expect(step.read("loss")).rejects.toThrow(
          /read: the step was made anew and has not run since\n {2}fix: await step.run\(\) again/,
        );
        expect((await step.drain()).map(({ run }) => run)).toEqual([0]);
        await expect(step.run()).rejects.toThrow(/lacks x/);
      }
      await step.run({ x });
      return (await step.read("loss"))[0]!;
    };
    expect(await train(true)).toBeCloseTo(await train(false), 5);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("offline"))],
    [
      "throws",
      () => {
        throw new Error("offline");
      },
    ],
  ])("a store whose load %s counts as empty", async (_, load) => {
    const engine = await open({ load, save: async () => {} });
    const step = await engine.capture({ x: [2] }, ({ x }) => ({ y: mul(x, 2) }));
    await step.run({ x: Float32Array.of(1, 2) });
    expect([...(await step.read("y"))]).toEqual([2, 4]);
  });

  test("eager code takes what is known as well", async () => {
    const engine = await open(memoryStore());
    const [a, b] = [tensor([1, 2, 3, 4], [2, 2]), tensor([1, 0, 0, 1], [2, 2])];
    expect([...(await engine.read(matmul(a, b)))]).toEqual([1, 2, 3, 4]);
  });
});

describe("the file of a tuning store", () => {
  const path = () => join(mkdtempSync(join(tmpdir(), "wgrad-")), "deep/tuning.json");

  test("keeps a table for each device", async () => {
    const file = path();
    const store = fileTuningStore(file);
    expect(await store.load("a")).toBeUndefined();
    await store.save("a", { matmul: "tile 32" });
    await store.save("b", { matmul: "direct" });
    expect(await fileTuningStore(file).load("a")).toEqual({ matmul: "tile 32" });
    expect(Object.keys(JSON.parse(readFileSync(file, "utf8")))).toEqual(["a", "b"]);
  });

  test("counts as empty where it is broken", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "wgrad-")), "tuning.json");
    writeFileSync(file, "{ not json");
    expect(await fileTuningStore(file).load("a")).toBeUndefined();
    await fileTuningStore(file).save("a", {});
    expect(await fileTuningStore(file).load("a")).toEqual({});
  });

  test.each(["null", "3", "[]", '"a"', '{ "a": null }', '{ "a": "abc" }', '{ "a": [1] }'])(
    "counts as empty where it holds %s",
    async (text) => {
      const file = join(mkdtempSync(join(tmpdir(), "wgrad-")), "tuning.json");
      writeFileSync(file, text);
      expect(await fileTuningStore(file).load("a")).toBeUndefined();
      await fileTuningStore(file).save("b", { matmul: "direct" });
      expect(await fileTuningStore(file).load("b")).toEqual({ matmul: "direct" });
    },
  );

  test("is written whatever other processes are writing", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "wgrad-")), "tuning.json");
    mkdirSync(`${file}.new`);
    await fileTuningStore(file).save("a", { matmul: "direct" });
    expect(await fileTuningStore(file).load("a")).toEqual({ matmul: "direct" });
  });

  test("lies in the user's cache folder; an empty XDG_CACHE_HOME counts as unset", async () => {
    const home = mkdtempSync(join(tmpdir(), "wgrad-"));
    for (const [name, value] of Object.entries({ XDG_CACHE_HOME: "", LOCALAPPDATA: "", HOME: home }))
      vi.stubEnv(name, value);
    try {
      await platformTuningStore()!.save("a", { matmul: "direct" });
      expect(readFileSync(join(home, ".cache/wgrad/tuning.json"), "utf8")).toContain("direct");
      vi.stubEnv("HOME", "");
      expect(platformTuningStore()).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test("pointwise ops have nothing to choose", () => {
  expect("ways" in add).toBe(false);
});
