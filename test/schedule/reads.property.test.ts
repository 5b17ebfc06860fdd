// Random views of tensors, copied and read by pointwise ops: the ways to read four at a time, and across memory, show the
// same elements as plain indexing, on both kinds of device.
import fc from "fast-check";
import { expect, test } from "vitest";
import { numel, type Shape } from "../../src/core/shape";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { data, type Tensor } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { expand } from "../../src/ops/expand";
import { flip } from "../../src/ops/flip";
import { mul } from "../../src/ops/mul";
import { permute } from "../../src/ops/permute";
import { reshape } from "../../src/ops/reshape";
import { slice } from "../../src/ops/slice";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";
import type { Reference } from "../ops/opCase";
import { element, tabulate } from "../ops/reference";

/** A tensor and what it must be. */
interface Value {
  readonly tensor: Tensor;
  readonly reference: Reference;
}

/** Whole numbers, all of them different. */
function counted(shape: Shape, from: number): Value {
  const values = Float32Array.from({ length: numel(shape) }, (_, i) => i + from);
  return { tensor: data({ shape, dtype: "f32" }, values), reference: { shape, data: Float64Array.from(values) } };
}

const steps: readonly ((v: Value, n: number) => Value)[] = [
  ...[permuted, permuted, flipped, sliced, sliced, stepped],
  ...[expanded, joined, halved],
];

function permuted({ tensor, reference }: Value, n: number): Value {
  const [a, b] = [n % tensor.shape.length, tensor.shape.length - 1];
  const axes = tensor.shape.map((_, d) => (d === a ? b : d === b ? a : d));
  const shape = axes.map((d) => tensor.shape[d]!);
  const from = (at: number[]) => axes.map((_, d) => at[axes.indexOf(d)]!);
  return { tensor: permute(tensor, axes), reference: tabulate(shape, (at) => element(reference, from(at))) };
}

function flipped({ tensor, reference }: Value, n: number): Value {
  const axis = n % tensor.shape.length;
  const from = (at: number[]) => at.map((i, d) => (d === axis ? tensor.shape[d]! - 1 - i : i));
  return { tensor: flip(tensor, axis), reference: tabulate(tensor.shape, (at) => element(reference, from(at))) };
}

function sliced(v: Value, n: number): Value {
  const axis = v.tensor.shape.length - 1 - (n % 2);
  return cut(v, axis, n % Math.ceil(v.tensor.shape[axis]! / 2), 1);
}

function stepped(v: Value, n: number): Value {
  return cut(v, v.tensor.shape.length - 1, n % 2, n % 3 ? 2 : 3);
}

/** Every element three times, side by side. */
function expanded({ tensor, reference }: Value): Value {
  const shape = [...tensor.shape, 3];
  return {
    tensor: expand(reshape(tensor, [...tensor.shape, 1]), shape),
    reference: tabulate(shape, (at) => element(reference, at.slice(0, -1))),
  };
}

/** Two dimensions in one, where three are left. */
function joined(v: Value, n: number): Value {
  const { shape } = v.tensor;
  const d = n % (shape.length - 1);
  return shape.length < 3 ? v : reshaped(v, [...shape.slice(0, d), shape[d]! * shape[d + 1]!, ...shape.slice(d + 2)]);
}

/** One dimension in two. */
function halved(v: Value, n: number): Value {
  const { shape } = v.tensor;
  const d = n % shape.length;
  return shape[d]! % 2 ? v : reshaped(v, [...shape.slice(0, d), shape[d]! / 2, 2, ...shape.slice(d + 1)]);
}

function reshaped({ tensor, reference }: Value, shape: Shape): Value {
  return { tensor: reshape(tensor, shape), reference: { shape, data: reference.data } };
}

function cut({ tensor, reference }: Value, axis: number, first: number, step: number): Value {
  const start = Math.min(first, tensor.shape[axis]! - 1);
  const count = Math.ceil((tensor.shape[axis]! - start) / step);
  const shape = tensor.shape.map((size, d) => (d === axis ? count : size));
  const from = (at: number[]) => at.map((i, d) => (d === axis ? start + i * step : i));
  return {
    tensor: slice(tensor, axis, start, undefined, step),
    reference: tabulate(shape, (at) => element(reference, from(at))),
  };
}

async function computed(runtime: Runtime, outputs: readonly Tensor[], cpu: boolean): Promise<number[][]> {
  const made = plan({ outputs, target: { ...runtime.open.target, cpu }, fuse: true });
  const executable = await Executable.create(runtime, made);
  for (const t of made.inputs) if (t.leaf?.kind === "data") executable.write(t, t.leaf.data);
  executable.run();
  const values = await executable.read(outputs);
  executable.dispose();
  runtime.throwErrors();
  return values.map((v) => Array.from(v));
}

const sizes = fc.array(fc.constantFrom(1, 2, 3, 4, 8, 12, 16, 17, 20, 33, 36, 70), { minLength: 2, maxLength: 4 });
const views = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(11)), { minLength: 1, maxLength: 4 });

await describeOnDawn("random views", (engine) => {
  test("show what plain indexing shows", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, views, fc.nat(3), async (shape, lines, n) => {
        fc.pre(numel(shape) <= 20_000);
        let view = counted(shape, 1);
        for (const [step, by] of lines) view = steps[step]!(view, by);
        fc.pre(view.tensor.size <= 40_000);
        // Beside it one that is read across in another way, and one that is not.
        const swapped = permuted(counted(view.tensor.shape, 0), n);
        const across = permuted(counted(swapped.tensor.shape, 7), n);
        const plain = counted(view.tensor.shape, 3);
        const sum = add(mul(view.tensor, 2), add(across.tensor, plain.tensor));
        const at = (v: Value) => v.reference.data;
        const expected = [Array.from(at(view)), Array.from(at(view), (x, i) => 2 * x + at(across)[i]! + at(plain)[i]!)];
        for (const cpu of [true, false])
          expect(await computed(engine.runtime, [view.tensor, sum], cpu)).toEqual(expected);
      }),
      { numRuns: 15, seed: 3 },
    );
  });
});
