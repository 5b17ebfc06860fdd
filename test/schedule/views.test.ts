// What ops of shape cost in a plan: views nothing, joins one launch.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import type { Shape } from "../../src/core/shape";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { concat } from "../../src/ops/concat";
import { embedding } from "../../src/ops/embedding";
import { expand } from "../../src/ops/expand";
import { flip } from "../../src/ops/flip";
import { mul } from "../../src/ops/mul";
import { permute } from "../../src/ops/permute";
import { relu } from "../../src/ops/relu";
import { reshape } from "../../src/ops/reshape";
import { slice } from "../../src/ops/slice";
import { split } from "../../src/ops/split";
import { tril } from "../../src/ops/tril";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";

const input = (shape: Shape, dtype: DType = "f32") => feed("x", { shape, dtype });
const kernels = (...outputs: Tensor[]) =>
  plan({ outputs, target: BASELINE_TARGET, fuse: true }).dispatches.map((d) => d.variant.name);

test("pieces, steps and reversals are read in place", () => {
  const [a, b] = split(input([4, 6]), 3, 1);
  expect(kernels(add(flip(a!, 0), slice(b!, 1, undefined, undefined, -1)))).toEqual(["add"]);
});

test.each<[string, (batch: Tensor) => Tensor]>([
  ["rows, as they are", (batch) => relu(batch)],
  ["columns across", (batch) => relu(permute(batch, [1, 0]))],
  ["rows in reverse", (batch) => relu(flip(batch, 1))],
  ["rows of a kernel", (batch) => concat([batch, batch])],
  ["a channel each", (batch) => add(input([8, 20, 3]), reshape(batch, [8, 20, 1]))],
])("pieces of a tensor are read by one kernel wherever they lie: %s", (_, of) => {
  for (const target of [BASELINE_TARGET, { ...BASELINE_TARGET, cpu: true }]) {
    const codes = [1, 2, 5].map((n) =>
      plan({ outputs: [of(slice(input([64, 20]), 0, 8 * n, 8 * n + 8))], target, fuse: true }).dispatches.map(
        (d) => d.variant.key,
      ),
    );
    expect(codes[1]).toEqual(codes[0]);
    expect(codes[2]).toEqual(codes[0]);
  }
});

test("all of a tensor is the tensor, not a slice", () => {
  const x = input([4, 6]);
  expect([slice(x, 1, 0), slice(x, 1, 0, 6), slice(x, [0, 1], [undefined, -6])]).toEqual([x, x, x]);
  expect(slice(x, 0, undefined, undefined, -1)).not.toBe(x);
});

test("a reshape reads in place what it cuts or joins along one step", () => {
  const x = input([4, 6, 10]);
  const swapped = permute(x, [1, 0, 2]);
  const views = [
    reshape(slice(x, 2, 0, 8), [24, 2, 4]), // rows that lie apart, joined, and cut
    reshape(swapped, [3, 2, 4, 5, 2]),
    reshape(flip(x, 1), [4, 3, 2, 1, 10]),
    reshape(expand(slice(x, 0, 0, 1), [4, 6, 10]), [2, 2, 60]),
  ];
  for (const v of views) expect(kernels(relu(v))).toEqual(["relu"]);
  expect(kernels(relu(reshape(swapped, [24, 10])))).toEqual(["copy", "relu"]);
});

test("a copy for kernels serves views that differ in their shapes alone", () => {
  const heads = permute(input([5, 4, 3, 2]), [0, 2, 1, 3]);
  expect(kernels(concat([reshape(heads, [5, 3, 8]), input([5, 3, 8])]), concat([heads, heads]))).toEqual([
    "copy",
    "concat_by_four",
    "concat_by_four",
  ]);
});

test("the gradient of a split is one concat, of what is computed in its places where it can be", () => {
  const gradientsBy = (width: number, join: (q: Tensor, k: Tensor, v: Tensor) => Tensor) => {
    const x = input([4, 3 * width]);
    const [q, k, v] = split(x, width, 1);
    return kernels(...gradients(join(q!, k!, v!), [x], input([4, width])));
  };
  expect(gradientsBy(4, mul)).toEqual(["mul", "mul", "fill"]);
  expect(gradientsBy(3, mul)).toEqual(["mul", "mul", "concat"]);
  expect(gradientsBy(4, (q, k, v) => add(mul(q, k), v))).toEqual(["mul", "mul", "concat_by_four"]);
});

test("a triangle is computed where it is read", () => {
  expect(kernels(mul(tril(add(input([5, 5]), 1)), 2))).toEqual(["fill·fill·add·tril·mul"]);
});

test("six tensors are joined by one launch, more by as few as need be", () => {
  const tensors = (count: number) => Array.from({ length: count }, () => input([3, 2]));
  expect(kernels(concat(tensors(6)))).toHaveLength(1);
  expect(kernels(concat(tensors(13)))).toHaveLength(3);
});

test("an embedding adds what follows within its kernel; its gradient sorts, merges and sums", () => {
  const [weight, indices] = [input([5000, 64]), input([8, 512], "i32")];
  const out = add(embedding(weight, indices), input([512, 64]));
  expect(kernels(out)).toEqual(["gather_by_four+add"]);
  expect(kernels(...gradients(out, [weight], input([8, 512, 64])))).toEqual([
    "segment_sort",
    "segment_merge",
    "segment_sum_tree_by_four",
  ]);
});
