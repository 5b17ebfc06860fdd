import { describe, expect, test } from "vitest";
import { createGenerator } from "../../src/graph/generator";
import { recompute, withOffers } from "../../src/graph/segment";
import { feed, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { manualSeed } from "../../src/nn/init";
import { Linear } from "../../src/nn/linear";
import { TransformerEncoderLayer } from "../../src/nn/transformer";
import { add } from "../../src/ops/add";
import { dropout } from "../../src/ops/dropout";
import { gelu } from "../../src/ops/gelu";
import { matmul } from "../../src/ops/matmul";
import { mean } from "../../src/ops/mean";
import { mul } from "../../src/ops/mul";
import { relu } from "../../src/ops/relu";
import { sin } from "../../src/ops/sin";
import { square } from "../../src/ops/square";
import { Adam } from "../../src/optim/adam";
import { gradients } from "../../src/optim/gradients";
import { worthComputingAgain } from "../../src/schedule/again";
import { plan } from "../../src/schedule/plan";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const WIDTH = 32;

/** A stack of blocks with an activation and dropout each, and its training step. */
function stack(depth: number, again: boolean, fuse = true) {
  manualSeed(3);
  const generator = createGenerator(5);
  const layers = Array.from({ length: depth }, () => [new Linear(WIDTH, WIDTH), new Linear(WIDTH, WIDTH)] as const);
  const optimizer = new Adam(
    layers.flatMap((l) => l.flatMap((m) => m.parameters())),
    { lr: 0.01 },
  );
  const step = (x: Tensor) => {
    const loss = mean(
      square(
        layers.reduce((h, [up, down]) => {
          const block = () => down.forward(dropout(gelu(up.forward(h)), 0.3, { training: true, generator }));
          return again ? recompute(block) : block();
        }, x),
      ),
    );
    optimizer.step(loss);
    return { loss };
  };
  const planned = () => {
    const x = feed("x", { shape: [64, WIDTH], dtype: "f32" });
    const { result, updates } = trace(() => step(x));
    return plan({ outputs: [result.loss], updates, inputs: [x], target, fuse });
  };
  return { step, planned, optimizer };
}

describe("the plan", () => {
  const slots = (depth: number, again: boolean) => stack(depth, again).planned().bytes.slots;

  test("holds the activations of one block instead of all", () => {
    const activation = 64 * WIDTH * 4;
    // What each further block adds: its result, instead of that and what is inside of it.
    const growth = (again: boolean) => (slots(12, again) - slots(4, again)) / 8 / activation;
    expect(growth(false)).toBeGreaterThanOrEqual(2.9);
    expect(growth(true)).toBeLessThanOrEqual(1.1);
  });

  test("computes again no more than what gradients read, and each block's just before its gradients", () => {
    const count = (again: boolean) => stack(3, again).planned().dispatches.length;
    // One product with its activation a block.
    expect(count(true) - count(false)).toBeLessThanOrEqual(2 * 3);
    const names = stack(3, true)
      .planned()
      .dispatches.map((d) => d.variant.name);
    const backward = names.slice(names.findIndex((n) => /reduce/.test(n)));
    const again = backward.flatMap((n, i) => (/matmul.*gelu(?!_grad)/.test(n) ? [i] : []));
    expect(again).toHaveLength(3);
    // Between two blocks that are computed again stand the four products of one block's gradients.
    const between = backward.slice(again[0]! + 1, again[1]).filter((n) => n.startsWith("matmul"));
    expect(between).toHaveLength(4);
  });

  test("is as ever where nobody asks for gradients", () => {
    const x = feed("x", { shape: [4, 4], dtype: "f32" });
    const chain = () => gelu(mul(sin(x), 2));
    const dispatches = (t: Tensor) => plan({ outputs: [t], target, fuse: true }).dispatches.length;
    expect(dispatches(recompute(chain))).toBe(dispatches(chain()));
  });
});

describe("offered to the planner", () => {
  const block = (sizes: { width: number; depth: number }, offer: boolean) => {
    manualSeed(2);
    const layers = Array.from({ length: sizes.depth }, () => [
      new Linear(sizes.width, 4 * sizes.width),
      new Linear(4 * sizes.width, sizes.width),
    ]);
    const optimizer = new Adam(
      layers.flatMap((l) => l.flatMap((m) => m.parameters())),
      { lr: 0.01 },
    );
    const x = feed("x", { shape: [64, sizes.width], dtype: "f32" });
    const { result, updates } = trace(() =>
      withOffers(offer, () => {
        const out = layers.reduce((h, [up, down]) => add(h, down!.forward(gelu(up!.forward(h)))), x as Tensor);
        const loss = mean(square(out));
        optimizer.step(loss);
        return loss;
      }),
    );
    return plan({ outputs: [result], updates, inputs: [x], target, fuse: true });
  };

  test("an activation is computed again from what its gradient needs anyway", () => {
    const [kept, again] = [block({ width: 32, depth: 6 }, false), block({ width: 32, depth: 6 }, true)];
    expect(again.bytes.slots).toBeLessThan(0.75 * kept.bytes.slots);
    const count = (p: typeof kept, name: string) => p.dispatches.filter((d) => d.variant.name.startsWith(name)).length;
    expect(count(again, "matmul")).toBe(count(kept, "matmul"));
  });

  test("where that lowers nothing the plan is as it was", () => {
    const text = (offer: boolean) => String(block({ width: 32, depth: 1 }, offer)).replace(/\d+ slots.*/, "");
    expect(text(true)).toBe(text(false));
  });

  test("of a step's values those are computed again for which nothing is kept longer: a leaf is there anyway", () => {
    const [x, w] = [feed("x", { shape: [64, 32], dtype: "f32" }), new Linear(32, 32)];
    const chosen = (first: (t: Tensor) => Tensor, then = (t: Tensor) => w.forward(t)) => {
      const wanted = withOffers(true, () => {
        const loss = mean(square(w.forward(relu(then(first(x))))));
        return [loss, ...gradients(loss, w.parameters())] as Tensor[];
      });
      return [...worthComputingAgain(wanted)].map((t) => t.source!.op.name);
    };
    expect(chosen((t) => gelu(w.forward(t)))).toEqual(["gelu"]);
    expect(chosen(sin)).toEqual(["sin"]);
    expect(chosen(sin, (t) => mul(w.forward(t), matmul(t, w.weight)))).toEqual(["mul", "relu", "sin"]);
  });

  test("what would have to be kept for it is not computed again", () => {
    // Of relu(x·w) the gradient reads the result: the product is not kept.
    const [x, w] = [feed("x", { shape: [64, 32], dtype: "f32" }), new Linear(32, 32)];
    const names = (offer: boolean) => {
      const outputs = withOffers(offer, () => {
        const loss = mean(square(w.forward(relu(w.forward(relu(w.forward(x)))))));
        return [loss, ...gradients(loss, w.parameters())] as Tensor[];
      });
      return plan({ outputs, target, fuse: true }).dispatches.map((d) => d.variant.name);
    };
    expect(names(true)).toEqual(names(false));
  });
});

await describeOnDawn("recomputed", (engine) => {
  const x = () =>
    tensor(
      Float32Array.from({ length: 64 * WIDTH }, (_, i) => Math.sin(i)),
      [64, WIDTH],
    );

  test("training is the same but for rounding, dropout too", async () => {
    const losses = async (again: boolean) => {
      const { step } = stack(3, again);
      const captured = await engine.capture({ x: [64, WIDTH] }, ({ x }) => step(x));
      const values = new Float32Array(64 * WIDTH).map((_, i) => Math.sin(i));
      const seen: number[] = [];
      for (let i = 0; i < 12; i++) {
        await captured.run({ x: values });
        seen.push((await captured.read("loss"))[0]!);
      }
      return seen;
    };
    const plain = await losses(false);
    const again = await losses(true);
    for (const [i, loss] of again.entries()) expect(Math.abs(loss / plain[i]! - 1)).toBeLessThan(1e-5);
    expect(plain.at(-1)).toBeLessThan(plain[0]!);
  });

  test("what the planner computes again gives the same", async () => {
    const losses = async (again: boolean) => {
      manualSeed(4);
      const layers = [0, 1, 2, 3].map(
        () =>
          new TransformerEncoderLayer(WIDTH, 2, {
            dimFeedforward: 128,
            dropout: 0,
            activation: "gelu",
            normFirst: true,
          }),
      );
      const optimizer = new Adam(
        layers.flatMap((l) => l.parameters()),
        { lr: 0.003 },
      );
      const step = await engine.capture(
        { x: [2, 8, WIDTH] },
        ({ x }) => {
          const loss = mean(square(layers.reduce((h, l) => l.forward(h), x)));
          optimizer.step(loss);
          return { loss };
        },
        { recompute: again },
      );
      const values = new Float32Array(2 * 8 * WIDTH).map((_, i) => Math.sin(i));
      for (let i = 0; i < 10; i++) await step.run({ x: values });
      const seen = (await step.drain()).map((s) => s.values.loss);
      const { slots } = step.plan.bytes;
      step.dispose();
      return { seen, slots };
    };
    const kept = await losses(false);
    const again = await losses(true);
    expect(again.slots).toBeLessThan(kept.slots);
    for (const [i, loss] of again.seen.entries()) expect(Math.abs(loss / kept.seen[i]! - 1)).toBeLessThan(1e-4);
  });

  test("gradients of gradients, nested and eager", async () => {
    const of = (again: boolean) => {
      const input = x();
      const inner = (t: Tensor) => (again ? recompute(() => mul(sin(t), t)) : mul(sin(t), t));
      const y = again ? recompute(() => inner(square(inner(input)))) : inner(square(inner(input)));
      const [first] = gradients(mean(y), [input]);
      const [second] = gradients(mean(square(first!)), [input]);
      return second!;
    };
    expect(await engine.read(of(true))).toEqual(await engine.read(of(false)));
  });

  test.each([true, false])("a transformer's layers, the norm before the part: %s", async (normFirst) => {
    const gradientsOf = async (again: boolean) => {
      manualSeed(1);
      const options = { dimFeedforward: 48, dropout: 0, normFirst, recompute: again };
      const layers = [0, 1].map(() => new TransformerEncoderLayer(WIDTH, 2, options));
      const input = tensor(
        new Float32Array(2 * 5 * WIDTH).map((_, i) => Math.cos(i)),
        [2, 5, WIDTH],
      );
      const out = layers.reduce((h, l) => l.forward(h, { causal: true }), input);
      const wrt = [input, ...layers.flatMap((l) => l.parameters())];
      return Promise.all(gradients(mean(square(out)), wrt).map((g) => engine.read(g!)));
    };
    expect(await gradientsOf(true)).toEqual(await gradientsOf(false));
  });
});
