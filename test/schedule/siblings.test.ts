import { expect, test } from "vitest";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { cosineSimilarity } from "../../src/ops/cosineSimilarity";
import { flip } from "../../src/ops/flip";
import { huberLoss } from "../../src/ops/huberLoss";
import { matmul } from "../../src/ops/matmul";
import { max } from "../../src/ops/max";
import { mul } from "../../src/ops/mul";
import { prod } from "../../src/ops/prod";
import { relu } from "../../src/ops/relu";
import { softmax } from "../../src/ops/softmax";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";

const f32 = (name: string, ...shape: number[]) => feed(name, { shape, dtype: "f32" });
const [a, b] = [f32("a", 64, 72), f32("b", 64, 72)];
const planned = (outputs: readonly Tensor[], fuse = true) => plan({ outputs, target, fuse });
const names = (outputs: readonly Tensor[], fuse = true) => planned(outputs, fuse).dispatches.map((d) => d.variant.name);

test("reductions of the same elements are one launch, with what is computed from them", () => {
  expect(String(planned([cosineSimilarity(a, b, 1)]))).toMatchInlineSnapshot(`
    "1 dispatch (0 of updates) · 3 slots 36.3 KiB · state 0 B · 28.0 kFLOP
      0  square·square·mul→reduce_tree_by_four×3+safe_root·at_least·safe_root·at_least·mul·div  element_x0=s0[64, 72] element_x1=s1[64, 72] → made_0=s2[64]  × 16·1·1"
  `);
  expect(names([cosineSimilarity(a, b, 1)], false)).toHaveLength(12);
  const product = prod(a, 1);
  expect(names([product, ...gradients(sum(product), [a])])).toEqual([
    "is_zero·nonzero_or_one→reduce_tree_by_four×3",
    "fill·prod_grad",
  ]);
});

test("what is of the size of the inputs, and reads the same, is written on the way", () => {
  const loss = huberLoss(a, b);
  expect(names([loss, ...gradients(loss, [a, b])])).toEqual([
    "neg·fill·fill·mul·huber_grad·huber→reduce_tree_by_four⇉2×1",
  ]);
  // So is the input of a reduction that others read as well.
  expect(names([relu(a), sum(relu(a)), max(relu(a))])).toEqual(["relu→reduce_tree_by_four⇉1×2"]);
});

test("reductions along other axes, of other elements, or one of the other stay apart", () => {
  expect(names([sum(a, 0), sum(square(a), 1)])).toHaveLength(2);
  expect(names([sum(a, 1), sum(b, 1)])).toHaveLength(2);
  expect(names([sum(square(sub(a, sum(a, 1, { keepDims: true }))), 1)])).toHaveLength(2);
  expect(names([sum(transpose(a), 1), sum(square(a), 0)])).toHaveLength(3);
});

test("what is read in another order is there before", () => {
  const once = add(a, flip(a, 1));
  const outputs = [sum(square(add(once, flip(once, 1)))), sum(once)];
  const { dispatches } = planned(outputs);
  for (const { buffers, variant } of dispatches) {
    const written = buffers.filter((_, i) => variant.bindings[i]!.access === "write");
    expect(buffers.filter((t) => written.includes(t))).toEqual(written);
  }
});

test("nothing large lives longer for it", () => {
  // The rectified could be written with the sum, but are read after products as large as they are.
  const other = softmax(matmul(a, f32("w", 72, 72)));
  const isTogether = (outputs: Tensor[]) => names(outputs).some((n) => n.includes("⇉"));
  expect(isTogether([sum(square(a)), matmul(other, relu(a), { transB: true })])).toBe(false);
  // Here they wait for a number that is made of such products, and the sum does not wait for it.
  expect(isTogether([sum(square(a)), mul(relu(a), sum(other))])).toBe(false);
  expect(isTogether([sum(square(a)), mul(relu(a), f32("factor", 1))])).toBe(true);
});

test("a launch binds eight buffers at most", () => {
  const others = Array.from({ length: 6 }, (_, n) => f32(`x${n}`, 64, 72));
  const sums = others.map((x) => sum(mul(a, x), 1));
  const made = planned(sums);
  expect(made.dispatches).toHaveLength(2);
  for (const d of made.dispatches) expect(d.buffers.length).toBeLessThanOrEqual(8);
});
