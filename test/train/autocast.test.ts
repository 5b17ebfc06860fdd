// f16: how numbers are stored, products and convolutions by every kernel, and training with autocast.
import { describe, expect, test } from "vitest";
import { fromHalves, toHalves } from "../../src/core/dtype";
import { Executable } from "../../src/gpu/executable";
import { withAutocast } from "../../src/graph/autocast";
import { data, feed, state, type Tensor } from "../../src/graph/tensor";
import type { Target } from "../../src/kernel/target";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { manualSeed } from "../../src/nn/init";
import { Flatten, MaxPool2d, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import type { Module } from "../../src/nn/module";
import { Sequential } from "../../src/nn/sequential";
import { TransformerEncoderLayer } from "../../src/nn/transformer";
import { add } from "../../src/ops/add";
import { createKeyValueCache } from "../../src/ops/attendCached";
import { batchNorm } from "../../src/ops/batchNorm";
import { cast } from "../../src/ops/cast";
import { conv1d } from "../../src/ops/conv1d";
import { conv2d } from "../../src/ops/conv2d";
import { full } from "../../src/ops/full";
import { groupNorm } from "../../src/ops/groupNorm";
import { layerNorm } from "../../src/ops/layerNorm";
import { matmul } from "../../src/ops/matmul";
import { maxPool2d } from "../../src/ops/maxPool2d";
import { mul } from "../../src/ops/mul";
import { relu } from "../../src/ops/relu";
import { rmsNorm } from "../../src/ops/rmsNorm";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";
import { slice } from "../../src/ops/slice";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { Adam } from "../../src/optim/adam";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { Engine } from "../../src/train/engine";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";
import { cases } from "../ops/cases";

test("bits of f16", () => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8400, 0x7c00, 0xfc00, 0x3555, 0);
  expect([...fromHalves(bits)]).toEqual([1, -2, 65504, 2 ** -24, -(2 ** -14), Infinity, -Infinity, 0.333251953125, 0]);
  expect(fromHalves(Uint16Array.of(0x7e00))[0]).toBeNaN();
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const isNumber = all.filter((b) => (b & 0x7fff) <= 0x7c00);
  expect(toHalves(fromHalves(isNumber))).toEqual(isNumber);
  expect(fromHalves(toHalves(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  // To the nearest, of two to the even one; 65520 lies halfway to what would follow the largest.
  const between = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, -1 - 2 ** -11 - 2 ** -20, 2 ** -25, 3 * 2 ** -25);
  expect([...toHalves(between)]).toEqual([0x3c00, 0x3c02, 0xbc01, 0, 2]);
  expect([...toHalves(Float32Array.of(65519, 65520, -1e30))]).toEqual([0x7bff, 0x7c00, 0xfc00]);
});

test("under autocast every op takes f16 where it takes f32", () => {
  const refused: string[] = [];
  for (const [name, { samples, build }] of cases)
    for (const { inputs, attrs } of samples) {
      const given = inputs.map((i, n) => {
        const spec = "shape" in i ? { shape: i.shape, dtype: i.dtype ?? "f32" } : { shape: i, dtype: "f32" as const };
        const t = feed(`x${n}`, spec);
        return n === 0 && spec.dtype === "f32" ? cast(t, "f16") : t;
      });
      try {
        withAutocast(true, () => build(given, (attrs ?? {}) as never));
      } catch (error) {
        refused.push(`${name}: ${(error as Error).message.split("\n")[0]}`);
      }
    }
  // What is joined must be of one type.
  expect(new Set(refused)).toEqual(new Set(["stack: stack: dtypes differ"]));
});

const numbers = (n: number, scale = 1) => Float32Array.from({ length: n }, (_, i) => scale * Math.sin(1.7 * i + 0.3));
const input = (shape: number[], scale = 1): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return data({ shape, dtype: "f32" }, numbers(size, scale));
};

await describeOnDawn("f16", (engine) => {
  const { runtime } = engine;
  const has = engine.adapter.features.includes("shader-f16");

  async function computed(outputs: readonly Tensor[], target: Target, fuse = true): Promise<Float32Array[]> {
    const made = plan({ outputs, target, fuse });
    const executable = await Executable.create(runtime, made);
    executable.run();
    const values = await executable.read(outputs);
    executable.dispose();
    runtime.throwErrors();
    return values as Float32Array[];
  }

  describe.skipIf(!has)("with shader-f16", () => {
    test("is rounded where it is stored", async () => {
      const x = tensor([1 / 3, 65504, 1e-7, -2.5, 1 / 3, 1, 2]);
      const half = cast(x, "f16");
      const [stored] = await engine.read([half]);
      expect([...stored!]).toEqual([0.333251953125, 65504, 2 * 2 ** -24, -2.5, 0.333251953125, 1, 2]);
      expect(cast(cast(half, "f32"), "f16")).toBe(half);
    });

    test("pointwise ops, views and copies of it", async () => {
      const x = cast(input([4, 6]), "f16");
      const y = relu(add(transpose(x), 0.5));
      expect(y.dtype).toBe("f16");
      expect(add(x, input([6])).dtype).toBe("f32");
      const expected = numbers(24).map((_, i) => Math.max(0, numbers(24)[(i % 4) * 6 + Math.floor(i / 4)]! + 0.5));
      for (const fuse of [true, false]) {
        const [values, copy] = await computed([y, transpose(x)], runtime.open.target, fuse);
        values!.forEach((v, i) => {
          expect(Math.abs(v - expected[i]!)).toBeLessThan(2e-3);
        });
        expect(copy).toHaveLength(24);
      }
    });

    test("kernels that do not know it are given f32", async () => {
      const pooled = maxPool2d(cast(input([1, 1, 4, 4]), "f16"), 2);
      expect(pooled.dtype).toBe("f32");
      expect((await engine.read(pooled)).length).toBe(4);
    });

    /** Results and gradients in f16 against f32, by every kernel that could make them, or by as many of each kind of device. */
    async function everyWay(
      build: (a: Tensor, b: Tensor) => Tensor,
      a: Tensor,
      b: Tensor,
      limit = Number.POSITIVE_INFINITY,
    ): Promise<number> {
      const outputs = (x: Tensor, w: Tensor) => {
        const out = build(x, w);
        const seed = data(
          { shape: out.shape, dtype: "f32" },
          numbers(out.size).map((v, i) => 0.4 * v + 0.3 * Math.cos(2.3 * i)),
        );
        return [cast(out, "f32"), ...gradients(out, [a, b], seed)];
      };
      const exact = await computed(outputs(a, b), runtime.open.target);
      const halves = outputs(cast(a, "f16"), cast(b, "f16"));
      let ways = 0;
      for (const cpu of [true, false]) {
        const target = { ...runtime.open.target, cpu };
        const choices = plan({ outputs: halves, target, fuse: true }).choices.map((c) => c.ways);
        const most = Math.min(limit, Math.max(1, ...choices.map((c) => c.names.length)));
        for (let n = 0; n < most; n++) {
          const tuning = Object.fromEntries(choices.map((c) => [c.key, c.names[n % c.names.length]!]));
          const values = await computed(halves, { ...target, tuning });
          ways++;
          values.forEach((v, o) => {
            const largest = Math.max(...exact[o]!.map(Math.abs));
            v.forEach((value, i) => {
              expect(Math.abs(value - exact[o]![i]!), `${JSON.stringify(tuning)} output ${o}`).toBeLessThan(
                4e-3 * largest,
              );
            });
          });
        }
      }
      return ways;
    }

    test("products by every kernel", async () => {
      expect(await everyWay((a, b) => matmul(a, b), input([20, 12]), input([12, 36]))).toBeGreaterThan(4);
      await everyWay((a, b) => matmul(a, b, { transB: true }), input([9, 7]), input([5, 7]));
    });

    test("convolutions by several kernels", async () => {
      const [x, w] = [input([2, 5, 7, 6]), input([6, 5, 3, 3], 0.3)];
      expect(await everyWay((a, b) => conv2d(a, b, null, { padding: 1 }), x, w, 4)).toBeGreaterThan(3);
      await everyWay((a, b) => conv2d(a, b, null, { stride: 2, padding: 1, groups: 5 }), x, input([10, 1, 3, 3]));
    });

    // A gradient becomes f16 behind a kernel that makes f32 only: it must not be computed in that kernel.
    test("depthwise convolutions after one in f16, and filters that are f16 themselves", async () => {
      const depthwise = (x: Tensor, w: Tensor) =>
        conv2d(conv2d(x, w, null, { padding: 1 }), kernels, null, { groups: 5 });
      const kernels = input([5, 1, 2, 2]);
      await everyWay(depthwise, input([2, 3, 5, 6]), input([5, 3, 3, 3]), 1);
      await everyWay((x, w) => conv1d(x, w, null, { padding: 1 }), input([2, 3, 9]), input([5, 3, 3]), 2);
    });

    test.each([
      ["layerNorm, rows of 6", [5, 6], [6], (x: Tensor, weight: Tensor) => layerNorm(x, 6, { weight })],
      ["layerNorm, rows of 256", [3, 256], [256], (x: Tensor, weight: Tensor) => layerNorm(x, 256, { weight })],
      [
        "layerNorm, many rows",
        [300, 32],
        [32],
        (x: Tensor, weight: Tensor) => layerNorm(x, 32, { weight, bias: weight }),
      ],
      ["rmsNorm", [7, 64], [64], (x: Tensor, weight: Tensor) => rmsNorm(x, 64, { weight })],
      ["groupNorm", [2, 6, 3, 5], [6], (x: Tensor, weight: Tensor) => groupNorm(x, 3, { weight })],
      ["batchNorm, in fours", [3, 4, 4, 4], [4], batch],
      ["batchNorm, across", [24, 5], [5], batch],
      ["batchNorm, large", [2, 3, 32, 33], [3], batch],
    ] as const)("%s: what is normalised in f16, in and out", async (_, shape, affine, build) => {
      expect(build(cast(input([...shape]), "f16"), input([...affine])).dtype).toBe("f16");
      await everyWay((x, w) => build(x, cast(w, "f32")), input([...shape]), input([...affine], 0.5));
    });

    function batch(x: Tensor, weight: Tensor): Tensor {
      const spec = { shape: weight.shape, dtype: "f32" } as const;
      const statistics = { runningMean: state("mean", spec), runningVar: state("var", spec) };
      return batchNorm(x, weight, full(weight.shape, 0.1), { ...statistics, training: true });
    }

    test.each([
      ["heads of 6", {}, [1, 2, 5, 6]],
      ["causal and padded, heads of 32", { causal: true, lengths: tensor([3, 0], [2], "i32") }, [2, 1, 7, 32]],
    ] as const)("attention in f16: %s", async (_, options, shape) => {
      const attend = (q: Tensor, kv: Tensor) => scaledDotProductAttention(q, kv, mul(kv, 0.5), options);
      expect(attend(cast(input([...shape]), "f16"), input([...shape])).dtype).toBe("f16");
      await everyWay(attend, input([...shape]), input([...shape]), 1);
    });

    test("a mask of halves is added to the scores, as one of f32 is", async () => {
      const [x, mask] = [input([1, 2, 4, 4]), input([4, 4], 3)];
      const [halves, exact] = await engine.read(
        [cast(mask, "f16"), mask].map((m) => scaledDotProductAttention(x, x, x, { mask: m })),
      );
      for (const [i, v] of halves!.entries()) expect(Math.abs(v - exact![i]!)).toBeLessThan(5e-3);
    });

    test("a transformer under autocast keeps its activations in f16, a CNN with batch norm too", async () => {
      const layer = new TransformerEncoderLayer(32, 2, { dimFeedforward: 32, dropout: 0, normFirst: true });
      const cnn = new Sequential(new Conv2d(1, 4, 3), new BatchNorm(4), new ReLU());
      const names = (run: () => Tensor) => {
        const outputs = withAutocast(true, () => {
          const out = run();
          return [out, ...gradients(sum(out), [...layer.parameters(), ...cnn.parameters()])];
        });
        return plan({ outputs: outputs.filter((t) => t !== null), target: runtime.open.target, fuse: true }).dispatches;
      };
      const kernels = names(() => layer.forward(input([2, 5, 32]), { causal: true }));
      for (const name of ["layer_norm", "attention"])
        expect(kernels.some((d) => d.variant.name.includes(name) && d.variant.enables.includes("f16"))).toBe(true);
      const moments = names(() => cnn.forward(input([2, 1, 6, 6]))).find((d) => d.variant.name.startsWith("moments"))!;
      expect(moments.variant.enables).toContain("f16");
    });

    test("projections of attention are stored in f16, and cached decoding stays near that of f32", async () => {
      const layer = new TransformerEncoderLayer(16, 2, { dimFeedforward: 16 }).eval();
      const x = input([2, 3, 16]);
      const decode = async (on: boolean) => {
        const cache = createKeyValueCache(2, 3, 16);
        const rows: number[] = [];
        for (let t = 0; t < 3; t++) {
          const out = withAutocast(on, () => layer.forwardCached(slice(x, 1, t, t + 1), cache));
          rows.push(...(await engine.read(out)));
        }
        return rows;
      };
      const exact = await decode(false);
      for (const [i, v] of (await decode(true)).entries()) expect(Math.abs(v - exact[i]!)).toBeLessThan(0.01);
      expect(withAutocast(true, () => layer.selfAttn.projectMemory(x)).dtype).toBe("f16");
      expect(layer.selfAttn.projectMemory(x).dtype).toBe("f32");
    });

    test("training: losses stay near those of f32, parameters stay f32, overflowing steps are left out", async () => {
      const f32 = await losses(false);
      const f16 = await losses(true);
      expect(f16.plan).toContain("f16");
      expect(f32.plan).not.toContain("f16");
      expect(f16.dtypes).toEqual(["f32"]);
      expect(f16.values.at(-1)!).toBeLessThan(0.5 * f16.values[0]!);
      f16.values.forEach((v, i) => {
        expect(Math.abs(v - f32.values[i]!), `step ${i}`).toBeLessThan(0.03 * (1 + f32.values[i]!));
      });
      const [, , scale, skipped] = f16.scale;
      expect(scale).toBeGreaterThan(0);
      expect(skipped).toBeLessThan(10);
    });
  });

  async function losses(autocast: boolean, on: Engine = engine) {
    manualSeed(4);
    const model: Module = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(36, 16),
      new ReLU(),
      new Linear(16, 3),
    );
    const optimizer = new Adam(model.parameters(), { lr: 0.02, lossScale: "dynamic" });
    const inputs = { x: [12, 1, 6, 6], labels: { shape: [12], dtype: "i32" as const } };
    const step = await on.capture(
      inputs,
      ({ x, labels }) => {
        const loss = softmaxCrossEntropy(model.forward(x), labels);
        optimizer.step(loss);
        return { loss };
      },
      { autocast },
    );
    const x = numbers(12 * 36);
    const labels = Int32Array.from({ length: 12 }, (_, i) => (i * 5) % 3);
    for (let i = 0; i < 40; i++) await step.run({ x, labels });
    const values = (await step.drain()).map((s) => s.values.loss);
    const [scale] = await on.read([optimizer.gradientScale]);
    const names = step.plan.dispatches.map((d) => `${d.variant.name} ${d.variant.enables}`).join("\n");
    const dtypes = [...new Set(model.parameters().map((p) => p.dtype))];
    step.dispose();
    return { values, scale: [...scale!], plan: names, dtypes };
  }

  test("a device without the feature trains in f32", async () => {
    const plain = await Engine.create({ device: runtime.device, tuning: false });
    Object.defineProperty(plain, "adapter", { value: { ...plain.adapter, features: [] } });
    expect((await losses(true, plain)).plan).not.toContain("f16");
  });

  test("is not fed", async () => {
    await expect(engine.capture({ x: { shape: [2], dtype: "f16" } }, ({ x }) => ({ x }))).rejects.toThrow(
      /f16 is not fed/,
    );
  });
});
