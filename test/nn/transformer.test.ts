import { expect, test } from "vitest";
import { numel } from "../../src/core/shape";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { AdditiveAttention, type AttendOptions, MultiheadAttention } from "../../src/nn/attention";
import { manualSeed } from "../../src/nn/init";
import { LayerNorm } from "../../src/nn/layerNorm";
import { Linear } from "../../src/nn/linear";
import type { Module } from "../../src/nn/module";
import { LearnedPositions, SinusoidalPositions, sinusoidalPositions } from "../../src/nn/positions";
import { TransformerDecoderLayer, TransformerEncoderLayer } from "../../src/nn/transformer";
import { createKeyValueCache } from "../../src/ops/attendCached";
import { embedding } from "../../src/ops/embedding";
import { matmul } from "../../src/ops/matmul";
import { permute } from "../../src/ops/permute";
import { reshape } from "../../src/ops/reshape";
import { slice } from "../../src/ops/slice";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";
import { noise } from "../families/compute";

const names = (m: Module) => m.namedParameters().map(([name, t]) => `${name} [${t.shape}]`);

test("sinusoidal positions are sines and cosines of ever slower angles", () => {
  const { leaf } = sinusoidalPositions(3, 5);
  const [slower, slowest] = [10000 ** -0.4, 10000 ** -0.8];
  const row = (t: number) => [t, t * slower].flatMap((a) => [Math.sin(a), Math.cos(a)]).concat(Math.sin(t * slowest));
  expect(leaf?.kind === "data" && [...leaf.data]).toEqual([0, 1, 2].flatMap(row).map(Math.fround));
});

test("layers have PyTorch's names and shapes", () => {
  expect(new TransformerEncoderLayer(2, 1).linear1.weight.shape).toEqual([2048, 2]);
  expect(names(new TransformerDecoderLayer(8, 2, { dimFeedforward: 12 })).sort()).toEqual(
    [
      ...["self_attn", "multihead_attn"].flatMap((a) => [
        `${a}.in_proj_weight [24,8]`,
        `${a}.in_proj_bias [24]`,
        `${a}.out_proj.weight [8,8]`,
        `${a}.out_proj.bias [8]`,
      ]),
      ...["linear1.weight [12,8]", "linear1.bias [12]", "linear2.weight [8,12]", "linear2.bias [8]"],
      ...["norm1", "norm2", "norm3"].flatMap((n) => [`${n}.weight [8]`, `${n}.bias [8]`]),
    ].sort(),
  );
  expect(names(new TransformerEncoderLayer(8, 2, { dimFeedforward: 12, activation: "swiglu", bias: false }))).toEqual([
    ...["self_attn.in_proj_weight [24,8]", "self_attn.out_proj.weight [8,8]"],
    ...["linear1.weight [24,8]", "linear2.weight [8,12]", "norm1.weight [8]", "norm2.weight [8]"],
  ]);
});

test("gradients of what projects queries, keys and values are joined, not padded and added", () => {
  const mha = new MultiheadAttention(8, 2);
  const [x, y, z] = ["x", "y", "z"].map((name) => feed(name, { shape: [2, 5, 8], dtype: "f32" }));
  for (const out of [mha.attend(x!, y!, y!), mha.attend(x!, y!, z!)]) {
    const wanted = [mha.inProjWeight, mha.inProjBias!];
    const { dispatches } = plan({ outputs: gradients(sum(out), wanted), target: BASELINE_TARGET, fuse: true });
    const names = dispatches.map((d) => d.variant.name);
    expect(names.filter((n) => n.startsWith("pad"))).toEqual([]);
    expect(names.filter((n) => n.startsWith("concat"))).toHaveLength(2);
  }
});

/** Two layers of a GPT, its vocabulary and context as small as they can be. */
class Gpt {
  readonly tokens = new Linear(16, 7, { bias: false });
  readonly positions = new LearnedPositions(9, 16);
  readonly blocks = [0, 1].map(
    () => new TransformerEncoderLayer(16, 2, { dimFeedforward: 24, dropout: 0, activation: "gelu", normFirst: true }),
  );
  readonly norm = new LayerNorm(16);
  readonly head = new Linear(16, 7, { bias: false });

  parameters(): [string, Tensor][] {
    const parts = { tokens: this.tokens, positions: this.positions, norm: this.norm, head: this.head };
    const blocks = Object.fromEntries(this.blocks.map((b, i) => [`blocks.${i}`, b]));
    return Object.entries({ ...parts, ...blocks }).flatMap(([n, m]) =>
      m.namedParameters().map(([p, t]): [string, Tensor] => [`${n}.${p}`, t]),
    );
  }

  loss(x: Tensor, labels: Tensor): Tensor {
    const first = this.positions.forward(embedding(this.tokens.weight, x));
    const last = this.blocks.reduce((h, b) => b.forward(h, { causal: true }), first);
    const logits = this.head.forward(this.norm.forward(last));
    return softmaxCrossEntropy(reshape(logits, [-1, 7]), reshape(labels, [-1]));
  }
}

await describeOnDawn("transformers", (engine) => {
  const value = (shape: readonly number[], from = 0) =>
    tensor(
      Float32Array.from({ length: numel(shape) }, (_, i) => noise(i + from)),
      shape,
    );

  test("a small GPT: gradients as differences say, fused as unfused", { timeout: 120_000 }, async () => {
    manualSeed(5);
    const gpt = new Gpt();
    const spec = { shape: [2, 9], dtype: "i32" } as const;
    const feeds = {
      x: Int32Array.from({ length: 18 }, (_, i) => (i * i) % 7),
      labels: Int32Array.from({ length: 18 }, (_, i) => (3 * i + 1) % 7),
    };
    const parameters = gpt.parameters();
    const capture = (fuse: boolean) =>
      engine.capture(
        { x: spec, labels: spec },
        ({ x, labels }): Record<string, Tensor> => {
          const loss = gpt.loss(x, labels);
          const grads = gradients(
            loss,
            parameters.map(([, t]) => t),
          );
          return { loss, ...Object.fromEntries(parameters.map(([name], i) => [name, grads[i]!])) };
        },
        { fuse },
      );
    const [fused, unfused] = [await capture(true), await capture(false)];
    for (const step of [fused, unfused]) await step.run(feeds);
    for (const [name] of parameters) {
      const expected = await unfused.read(name);
      const off = (await fused.read(name)).map((g, i) => Math.abs(g - expected[i]!));
      expect(Math.max(...off), name).toBeLessThan(1e-6);
    }
    for (const [name, t] of parameters) {
      const values = (await engine.read(t)) as Float32Array<ArrayBuffer>;
      const grads = [...(await unfused.read(name))];
      const at = grads.reduce((best, g, i) => (Math.abs(g) > Math.abs(grads[best]!) ? i : best), 0);
      const lossAt = async (h: number) => {
        engine.write(t, values.with(at, values[at]! + h));
        await fused.run();
        return (await fused.read("loss"))[0]!;
      };
      const [h, analytic] = [5e-3, grads[at]!];
      const numeric =
        (8 * ((await lossAt(h)) - (await lossAt(-h))) - ((await lossAt(2 * h)) - (await lossAt(-2 * h)))) / (12 * h);
      engine.write(t, values);
      expect(Math.abs(numeric - analytic), name).toBeLessThan(1e-3 * Math.abs(analytic) + 1e-4);
    }
  });

  test("queries, keys and values from one tensor, two or three: the same attention", async () => {
    const mha = new MultiheadAttention(8, 2);
    const x = value([2, 5, 8]);
    const [again, more] = [value([2, 5, 8]), value([2, 5, 8])];
    const options: AttendOptions = { lengths: tensor(Int32Array.of(5, 2), [2]) };
    const ways = [mha.forward(x, options), mha.attend(x, again, again, options), mha.attend(x, again, more, options)];
    const [one, two, three] = await engine.read(ways);
    one!.forEach((v, i) => {
      expect(two![i]).toBeCloseTo(v, 5);
      expect(three![i]).toBeCloseTo(v, 5);
    });
  });

  test("positions one by one, with a cache, give what all at once give", async () => {
    const layer = new TransformerEncoderLayer(8, 2, { dimFeedforward: 16 }).eval();
    const positions = new LearnedPositions(6, 8);
    const x = Float32Array.from({ length: 2 * 5 * 8 }, (_, i) => noise(i));
    const all = await engine.read(layer.forward(positions.forward(tensor(x, [2, 5, 8])), { causal: true }));
    const cache = createKeyValueCache(2, 6, 8);
    const rows = (from: number, n: number, values: ArrayLike<number>) =>
      [0, 1].flatMap((b) => Array.from({ length: 8 * n }, (_, i) => values[(b * 5 + from) * 8 + i]!));
    for (const [from, n] of [
      [0, 2],
      [2, 1],
      [3, 1],
      [4, 1],
    ] as const) {
      const part = tensor(Float32Array.from(rows(from, n, x)), [2, n, 8]);
      const out = await engine.read(layer.forwardCached(positions.forward(part, cache.position), cache));
      rows(from, n, all).forEach((v, i) => {
        expect(out[i], `row ${from}`).toBeCloseTo(v, 5);
      });
    }
    expect([...(await engine.read(cache.position))]).toEqual([5]);
  });

  test("a decoder layer sees earlier positions and unpadded memory only", async () => {
    const layer = new TransformerDecoderLayer(8, 2, { dimFeedforward: 16, activation: "swiglu" }).eval();
    const options = { memory: { lengths: tensor(Int32Array.of(3), [1]) }, self: { causal: true } };
    const run = (x: Float32Array<ArrayBuffer>, memory: Float32Array<ArrayBuffer>) =>
      engine.read(
        layer.forward(new SinusoidalPositions().forward(tensor(x, [1, 4, 8])), tensor(memory, [1, 5, 8]), options),
      );
    const x = Float32Array.from({ length: 32 }, (_, i) => noise(i));
    const memory = Float32Array.from({ length: 40 }, (_, i) => noise(i + 100));
    const before = await run(x, memory);
    expect(
      await run(
        x,
        memory.map((v, i) => (i < 24 ? v : 9)),
      ),
    ).toEqual(before);
    const later = await run(
      x.map((v, i) => (i < 24 ? v : 9)),
      memory,
    );
    expect([...later.slice(0, 24)]).toEqual([...before.slice(0, 24)]);
    expect([...later.slice(24)]).not.toEqual([...before.slice(24)]);
    expect(
      await run(
        x,
        memory.map((v) => -v),
      ),
    ).not.toEqual(before);
  });

  test("a decoder with caches, and a memory projected once, gives what all at once gives", async () => {
    const layer = new TransformerDecoderLayer(8, 2, { dimFeedforward: 16, normFirst: true }).eval();
    const [x, memory] = [value([2, 4, 8]), value([2, 5, 8], 90)];
    const seen = { lengths: tensor(Int32Array.of(3, 5), [2]) };
    const all = await engine.read(layer.forward(x, memory, { self: { causal: true }, memory: seen }));
    const cache = createKeyValueCache(2, 4, 8);
    const projected = layer.multiheadAttn.projectMemory(memory);
    for (let t = 0; t < 4; t++) {
      const out = await engine.read(layer.forwardCached(slice(x, 1, t, t + 1), cache, projected, seen));
      out.forEach((v, i) => {
        const [row, c] = [Math.floor(i / 8), i % 8];
        expect(v, `position ${t}`).toBeCloseTo(all[(row * 4 + t) * 8 + c]!, 5);
      });
    }
  });

  test("the weights of attention, where somebody wants to see them", async () => {
    const mha = new MultiheadAttention(8, 2, { dropout: 0.5 });
    const [query, memory] = [value([2, 3, 8]), value([2, 5, 8], 90)];
    const seen: Tensor[] = [];
    const lengths = tensor(Int32Array.of(3, 5), [2]);
    const onWeights = (w: Tensor) => seen.push(w);
    mha.attend(query, memory, memory, { lengths, onWeights });
    expect(seen[0]!.shape).toEqual([2, 2, 3, 5]);
    mha.eval();
    const attended = mha.attend(query, memory, memory, { lengths });
    // The same by hand: the weights' sum of the values, heads side by side, through the last product.
    const values = permute(reshape(slice(mha.projectMemory(memory), 2, 8, 16), [2, 5, 2, 4]), [0, 2, 1, 3]);
    const joined = reshape(permute(matmul(seen[0]!, values), [0, 2, 1, 3]), [2, 3, 8]);
    const [weights, expected, found] = await engine.read([seen[0]!, mha.outProj.forward(joined), attended]);
    found!.forEach((v, i) => {
      expect(v).toBeCloseTo(expected![i]!, 5);
    });
    weights!.forEach((w, i) => {
      if (i < 30 && i % 5 > 2) expect(w).toBe(0);
    });
    new AdditiveAttention(8, 8, 4).attend(query, memory, { lengths, onWeights });
    expect(seen[1]!.shape).toEqual([2, 1, 3, 5]);
  });

  test("additive attention weighs keys by tanh of two projections", async () => {
    const layer = new AdditiveAttention(3, 4, 5);
    const [query, keys] = [value([1, 2, 3]), value([1, 3, 4], 50)];
    const { context, weights } = layer.attend(query, keys, { lengths: tensor(Int32Array.of(2), [1]) });
    const [w, c, q, k, u, b, v] = (
      await engine.read([
        weights,
        context,
        layer.query.weight,
        layer.key.weight,
        keys,
        layer.key.bias!,
        layer.score.weight,
      ])
    ).map((t) => [...t]);
    const dot = (a: number[], at: number, n: number, x: (i: number) => number) =>
      Array.from({ length: n }, (_, i) => a[at * n + i]! * x(i)).reduce((s, t) => s + t, 0);
    for (const row of [0, 1]) {
      const scores = [0, 1].map((j) =>
        Array.from(
          { length: 5 },
          (_, h) =>
            v![h]! *
            Math.tanh(dot(q!, h, 3, (i) => noise(row * 3 + i)) + dot(k!, h, 4, (i) => u![j * 4 + i]!) + b![h]!),
        ).reduce((s, t) => s + t, 0),
      );
      const first = 1 / (1 + Math.exp(scores[1]! - scores[0]!));
      expect(w![row * 3]).toBeCloseTo(first, 5);
      expect(w![row * 3 + 2]).toBe(0);
      for (let i = 0; i < 4; i++) expect(c![row * 4 + i]).toBeCloseTo(first * u![i]! + (1 - first) * u![4 + i]!, 5);
    }
  });
});
