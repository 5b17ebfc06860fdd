// Results that nothing else needs are computed as soon as they can be.
import fc from "fast-check";
import { expect, test } from "vitest";
import { topological } from "../../src/graph/op";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { Linear } from "../../src/nn/linear";
import { add } from "../../src/ops/add";
import { matmul } from "../../src/ops/matmul";
import { relu } from "../../src/ops/relu";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { sinksEarly } from "../../src/schedule/order";
import { plan } from "../../src/schedule/plan";

const inputsOf = (t: Tensor) => t.source?.inputs ?? [];
const x = feed("x", { shape: [4, 4], dtype: "f32" });

test("a weight's gradient follows what it is made of, and the peak falls", () => {
  const layers = Array.from({ length: 6 }, () => new Linear(256, 256, { bias: false }));
  let h: Tensor = feed("x", { shape: [256, 256], dtype: "f32" });
  for (const layer of layers) h = relu(layer.forward(h));
  const made = plan({
    outputs: gradients(
      sum(h),
      layers.map((l) => l.weight),
    ),
    target,
    fuse: true,
  });
  const products = made.dispatches.filter((d) => d.variant.name.startsWith("matmul"));
  // Six forward; then a weight's gradient and a gradient passed on in turn, the last layer first; what is passed on to the
  // first layer leads to one weight only, and is made as early as that can be.
  const isWeight = products.slice(6).map((d) => !d.variant.name.includes("relu_grad"));
  expect(isWeight.slice(0, 8)).toEqual([true, false, true, false, true, false, true, false]);
  expect(isWeight.filter((w) => w)).toHaveLength(6);
  // The feed, five activations that are kept, six gradients, and the two gradients that pass on in turn.
  expect(made.slots.filter((bytes) => bytes === 256 * 256 * 4).length).toBeLessThanOrEqual(15);
});

test("inputs stay before users, and nothing is lost", () => {
  const program = fc.array(fc.tuple(fc.nat(2), fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(program, fc.nat(5), (steps, wanted) => {
      const pool: Tensor[] = [x];
      for (const [op, a, b] of steps) {
        const [p, q] = [pool[a % pool.length]!, pool[b % pool.length]!];
        pool.push(op === 0 ? add(p, q) : op === 1 ? relu(p) : matmul(p, q));
      }
      const roots = pool.slice(-1 - wanted);
      const order = topological(roots);
      const early = sinksEarly(order, roots, inputsOf);
      expect(new Set(early)).toEqual(new Set(order));
      expect(early).toHaveLength(order.length);
      const position = new Map(early.map((t, i) => [t, i]));
      for (const t of early) for (const i of inputsOf(t)) expect(position.get(i)!).toBeLessThan(position.get(t)!);
    }),
    { numRuns: 200 },
  );
});
