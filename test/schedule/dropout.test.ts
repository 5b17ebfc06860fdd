// What dropout keeps follows from the places of elements in their tensor, whichever kernel it is computed in.
import { expect, test } from "vitest";
import { threefry2x32, toUnit } from "../../src/core/random";
import { numel, type Shape } from "../../src/core/shape";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { data, type Tensor } from "../../src/graph/tensor";
import { takePendingUpdates } from "../../src/graph/trace";
import type { Target } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { cast } from "../../src/ops/cast";
import { concat } from "../../src/ops/concat";
import { conv2d } from "../../src/ops/conv2d";
import { convTranspose2d } from "../../src/ops/convTranspose2d";
import { dropout } from "../../src/ops/dropout";
import { embedding } from "../../src/ops/embedding";
import { logSoftmax } from "../../src/ops/logSoftmax";
import { matmul } from "../../src/ops/matmul";
import { mul } from "../../src/ops/mul";
import { relu } from "../../src/ops/relu";
import { softmax } from "../../src/ops/softmax";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";

const [SEED, STEP] = [11, 6];
const generator = { state: data({ shape: [2], dtype: "u32" }, Uint32Array.of(SEED, STEP)) };

/** Small whole numbers: with halves dropped and the others doubled, sums of their products are exact in any order. */
const input = (...shape: number[]): Tensor =>
  data(
    { shape, dtype: "f32" },
    Float32Array.from({ length: numel(shape) }, (_, i) => ((i * 7) % 5) + 1),
  );
const indices = (...values: number[]) => data({ shape: [values.length], dtype: "i32" }, Int32Array.from(values));

/** What is kept of a tensor, doubled. */
const dropped = (x: Tensor) => dropout(x, 0.5, { generator });

/** The same by the definition, for the first dropout of a recording. */
function maskOf(shape: Shape): Tensor {
  const keeps = (i: number) => toUnit(threefry2x32(SEED, 0, i >>> 1, STEP)[i % 2]!) >= 0.5;
  return data(
    { shape, dtype: "f32" },
    Float32Array.from({ length: numel(shape) }, (_, i) => (keeps(i) ? 2 : 0)),
  );
}

type Drop = (x: Tensor) => Tensor;

/** What dropout is joined with, and how the launches are named: on a CPU, and else. */
const joined: Record<string, [(drop: Drop) => Tensor[], RegExp]> = {
  "a chain by four": [(d) => [relu(d(mul(input(5, 8), 3)))], /^fill·mul·dropout·relu$/],
  "a chain one by one": [(d) => [relu(d(mul(input(5, 7), 3)))], /^fill·mul·dropout·relu$/],
  "a chain that repeats a row": [(d) => [d(add(input(1100, 32), input(32)))], /^add·dropout$/],
  "a transposed read": [(d) => [d(relu(transpose(input(36, 20))))], /^relu·dropout$/],
  "a sum with a transposed read": [
    (d) => [add(d(input(33, 33)), transpose(input(33, 33)))],
    /^(dropout·add|add·dropout)$/,
  ],
  "a product by four": [(d) => [d(matmul(input(9, 12), input(12, 8)))], /^matmul.*\+dropout$/],
  "a product one by one": [(d) => [d(matmul(input(9, 12), input(12, 7)))], /^matmul.*\+dropout$/],
  "a transposed product and a residual": [
    (d) => [add(input(2, 9, 8), d(add(matmul(input(2, 9, 12), input(8, 12), { transB: true }), input(8))))],
    /^matmul.*\+(add·dropout·add|.*dropout.*)$/,
  ],
  "a second result": [
    (d) => {
      const hidden = relu(matmul(input(9, 12), input(12, 8)));
      return [d(hidden), hidden];
    },
    /^matmul.*\+relu⇉dropout$/,
  ],
  "a convolution": [
    (d) => [d(conv2d(input(2, 3, 7, 8), input(5, 3, 3, 3), undefined, { padding: 1 }))],
    /^conv2d.*\+dropout$/,
  ],
  "parts of a result": [
    (d) => [d(convTranspose2d(input(2, 3, 5, 4), input(3, 4, 2, 2), undefined, { stride: 2 }))],
    /^conv2d.*\+dropout$/,
  ],
  "rows that are gathered": [(d) => [d(embedding(input(6, 8), indices(3, 0, 5, 5)))], /^gather.*\+dropout$/],
  "a sum": [(d) => [sum(d(input(40, 24)), 1)], /^dropout→reduce/],
  "a sum of columns": [(d) => [sum(d(input(40, 24)), 0)], /^dropout→reduce/],
  "two sums": [
    (d) => {
      const x = d(input(40, 24));
      return [sum(x, 1), sum(square(x), 1)];
    },
    /dropout/,
  ],
  "a piece of what is joined": [(d) => [concat([d(input(3, 8)), relu(input(3, 4))], 1)], /^dropout$/],
};

async function computed(
  runtime: Runtime,
  outputs: Tensor[],
  target: Target,
  fuse = true,
): Promise<[number[][], string[]]> {
  const made = plan({ outputs, target, fuse });
  const executable = await Executable.create(runtime, made);
  for (const t of made.inputs) if (t.leaf?.kind === "data") executable.write(t, t.leaf.data);
  executable.run();
  const values = await executable.read(outputs);
  executable.dispose();
  runtime.throwErrors();
  return [values.map((v) => Array.from(v)), made.dispatches.map((d) => d.variant.name)];
}

await describeOnDawn("dropout within kernels", (engine) => {
  const { runtime } = engine;
  const targets = [true, false].map((cpu): Target => ({ ...runtime.open.target, cpu }));
  const recorded = (build: (drop: Drop) => Tensor[]) => {
    takePendingUpdates(); // Streams are numbered from 0 in each recording.
    const outputs = build(dropped);
    takePendingUpdates();
    return outputs;
  };

  test.each(Object.keys(joined))("%s", async (name) => {
    const [build, kernel] = joined[name]!;
    const expected = build((x) => mul(x, maskOf(x.shape)));
    for (const target of targets) {
      const [values, names] = await computed(runtime, recorded(build), target);
      expect(values).toEqual((await computed(runtime, expected, target))[0]);
      expect(names.filter((n) => n.includes("dropout"))).not.toEqual([]);
      for (const n of names.filter((n) => n.includes("dropout"))) expect(n).toMatch(kernel);
    }
  });

  test("the gradient has the mask of the forward pass, within a product again", async () => {
    const [x, w, v] = [input(6, 8), input(8, 12), input(12, 4)];
    const outputs = (drop: Drop) => {
      const y = matmul(drop(relu(matmul(x, w))), v);
      return [y, ...gradients(y, [x, w, v], input(6, 4))].map((t) => t as Tensor);
    };
    for (const target of targets) {
      const [values, names] = await computed(runtime, recorded(outputs), target);
      expect(values).toEqual(
        (
          await computed(
            runtime,
            outputs((h) => mul(h, maskOf(h.shape))),
            target,
          )
        )[0],
      );
      expect(names.filter((n) => n.includes("dropout"))).toHaveLength(2);
      expect(names).toHaveLength(6);
    }
  });

  // Rows for each of the kernels that make softmax's gradient: short ones, long ones, no multiple of four, and across.
  test.each([
    [6, 16, 1],
    [6, 64, 1],
    [3, 300, 1],
    [5, 7, 1],
    [4, 8, 0],
  ])("the gradient of softmax of [%i, %i] along axis %i is finished in its kernel", async (rows, n, axis) => {
    const [x, dOut] = [input(rows, n), input(rows, n)];
    for (const target of targets) {
      for (const log of [false, true]) {
        const outputs = (drop: Drop) => {
          const y = (log ? logSoftmax : softmax)(mul(drop(x), 0.25), axis);
          return [y, ...gradients(y, [x], dOut)] as Tensor[];
        };
        const fused = await computed(runtime, recorded(outputs), target);
        const apart = await computed(runtime, recorded(outputs), target, false);
        for (const [i, v] of fused[0].entries())
          for (const [at, value] of v.entries()) expect(value).toBeCloseTo(apart[0][i]![at]!, 4);
        if (axis === 1) expect(fused[1].at(-1)).toMatch(/^softmax_grad.*mul·dropout$/);
      }
    }
  });

  test("halves stay halves", async () => {
    const half = cast(input(5, 8), "f16");
    for (const target of targets) {
      const [[y]] = await computed(
        runtime,
        recorded((d) => [cast(d(half), "f32")]),
        target,
      );
      expect(dropped(half).dtype).toBe("f16");
      expect(y).toEqual((await computed(runtime, [mul(input(5, 8), maskOf([5, 8]))], target))[0][0]);
    }
  });
});
