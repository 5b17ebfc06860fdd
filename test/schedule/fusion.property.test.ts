// Random graphs of pointwise ops, broadcasting, views and sums: joined and one op a kernel they give the same numbers, and
// those of plain arithmetic. All values are small integers or halves of them, so that every sum and product is exact.
import fc from "fast-check";
import { expect, test } from "vitest";
import { numel, type Shape } from "../../src/core/shape";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { data, type Tensor } from "../../src/graph/tensor";
import { abs } from "../../src/ops/abs";
import { add } from "../../src/ops/add";
import { cast } from "../../src/ops/cast";
import { clamp } from "../../src/ops/clamp";
import { expand } from "../../src/ops/expand";
import { floor } from "../../src/ops/floor";
import { greater } from "../../src/ops/greater";
import { lessEqual } from "../../src/ops/lessEqual";
import { logicalXor } from "../../src/ops/logicalXor";
import { maximum } from "../../src/ops/maximum";
import { mul } from "../../src/ops/mul";
import { neg } from "../../src/ops/neg";
import { permute } from "../../src/ops/permute";
import { relu } from "../../src/ops/relu";
import { reshape } from "../../src/ops/reshape";
import { sign } from "../../src/ops/sign";
import { slice } from "../../src/ops/slice";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { where } from "../../src/ops/where";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";
import type { Reference } from "../ops/opCase";
import { element, elementwise, reduceAxes, tabulate } from "../ops/reference";

/** A tensor and what it must be. */
interface Value {
  readonly tensor: Tensor;
  readonly reference: Reference;
}

type Step = (a: Value, b: Value, n: number) => Value;

const LIMIT = 16;

/** An op of two values, the second read as broadcast to the first where the shapes allow. */
const binary =
  (op: (a: Tensor, b: Tensor) => Tensor, f: (a: number, b: number) => number): Step =>
  (a, b) => {
    const other = broadcasts(a.tensor.shape, b.tensor.shape) ? b : a;
    return {
      tensor: op(a.tensor, other.tensor),
      reference: elementwise([a.reference, other.reference], f),
    };
  };

const unary =
  (op: (x: Tensor) => Tensor, f: (x: number) => number): Step =>
  (a) => ({ tensor: op(a.tensor), reference: elementwise([a.reference], f) });

const held = (x: number) => Math.min(Math.max(x, -LIMIT), LIMIT);
const hold = (x: Tensor) => clamp(x, { min: -LIMIT, max: LIMIT });
const toInt = (x: Tensor) => cast(x, "i32");
const toFloat = (x: Tensor) => cast(x, "f32");

const steps: readonly Step[] = [
  binary(
    (a, b) => hold(add(a, b)),
    (a, b) => held(a + b),
  ),
  binary(
    (a, b) => hold(sub(b, a)),
    (a, b) => held(b - a),
  ),
  binary(
    (a, b) => hold(floor(mul(a, b))),
    (a, b) => held(Math.floor(a * b)),
  ),
  binary(maximum, Math.max),
  binary(
    (a, b) => where(greater(a, b), neg(a), b),
    (a, b) => (a > b ? -a : b),
  ),
  binary(
    (a, b) => toFloat(logicalXor(lessEqual(a, b), cast(a, "u32"))),
    (a, b) => Number(a <= b !== a >= 1),
  ),
  binary(
    (a, b) => toFloat(sub(abs(toInt(a)), toInt(b))),
    (a, b) => Math.abs(Math.trunc(a)) - Math.trunc(b),
  ),
  unary(relu, (x) => Math.max(x, 0)),
  unary(sign, Math.sign),
  unary(
    (x) => mul(floor(x), 0.5),
    (x) => Math.floor(x) / 2,
  ),
  (a, _, n) => permuted(a, n),
  (a, _, n) => sliced(a, n),
  (a, _, n) => ({ tensor: reshape(a.tensor, other(a, n)), reference: { ...a.reference, shape: other(a, n) } }),
  (a, _, n) => expanded(a, n),
  (a, _, n) => summed(a, n),
];

const broadcasts = (a: Shape, b: Shape): boolean =>
  [...a].reverse().every((size, i) => {
    const against = b.at(-1 - i) ?? 1;
    return i >= b.length || size === against || size === 1 || against === 1;
  }) && numel(a) * numel(b) <= 4096;

function permuted({ tensor, reference }: Value, n: number): Value {
  const axes = tensor.shape.map((_, d, all) => (d + n) % all.length);
  const from = (at: number[]) => axes.map((_, d) => at[axes.indexOf(d)]!);
  const shape = axes.map((d) => tensor.shape[d]!);
  return { tensor: permute(tensor, axes), reference: tabulate(shape, (at) => element(reference, from(at))) };
}

function sliced(value: Value, n: number): Value {
  const { tensor, reference } = value;
  if (!tensor.shape.length) return value;
  const axis = n % tensor.shape.length;
  const start = n % tensor.shape[axis]!;
  const shape = tensor.shape.map((size, d) => (d === axis ? size - start : size));
  const from = (at: number[]) => at.map((i, d) => (d === axis ? i + start : i));
  return { tensor: slice(tensor, axis, start), reference: tabulate(shape, (at) => element(reference, from(at))) };
}

/** Another shape of as many elements. */
function other({ tensor }: Value, n: number): Shape {
  const rows = [1, 2, 3, 4, 5].filter((r) => tensor.size % r === 0);
  const first = rows[n % rows.length]!;
  return n % 2 ? [first, tensor.size / first] : [tensor.size / first, 1, first];
}

function expanded(value: Value, n: number): Value {
  const { tensor, reference } = value;
  if (tensor.size > 64) return value;
  const shape = [2 + (n % 2), ...tensor.shape];
  return { tensor: expand(tensor, shape), reference: tabulate(shape, ([, ...at]) => element(reference, at)) };
}

function summed(value: Value, n: number): Value {
  const { tensor, reference } = value;
  if (!tensor.shape.length) return value;
  const axis = n % tensor.shape.length;
  const total = reduceAxes(reference, [axis], true, 0, (a, b) => a + b);
  const shape = total.shape;
  return {
    tensor: hold(sum(tensor, axis, { keepDims: true })),
    reference: { shape, data: total.data.map(held) },
  };
}

async function computed(runtime: Runtime, outputs: readonly Tensor[], fuse: boolean): Promise<number[][]> {
  const made = plan({ outputs, target: runtime.open.target, fuse });
  const executable = await Executable.create(runtime, made);
  for (const t of made.inputs) if (t.leaf?.kind === "data") executable.write(t, t.leaf.data);
  executable.run();
  const values = await executable.read(outputs);
  executable.dispose();
  runtime.throwErrors();
  return values.map((v) => Array.from(v, (x) => x + 0));
}

const inputs: readonly Value[] = [[4, 8], [8], [4, 1], [3, 5], [5], []].map((shape, n) => {
  const values = Float32Array.from({ length: numel(shape) }, (_, i) => (((i + 3 * n) * 7) % 13) - 6);
  return { tensor: data({ shape, dtype: "f32" }, values), reference: { shape, data: Float64Array.from(values) } };
});

const program = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(40), fc.nat(40), fc.nat(20)), {
  minLength: 3,
  maxLength: 12,
});

await describeOnDawn("random graphs", (engine) => {
  test("joined, one op a kernel, and by plain arithmetic give the same", async () => {
    await fc.assert(
      fc.asyncProperty(program, async (lines) => {
        const pool = [...inputs];
        // Mostly the newest values, so that chains grow long.
        const pick = (n: number) => pool[n % 3 ? pool.length - 1 - (n % Math.min(3, pool.length)) : n % pool.length]!;
        for (const [step, a, b, n] of lines) pool.push(steps[step]!(pick(a), pick(b), n));
        const made = pool.slice(inputs.length).slice(-3);
        const outputs = made.map((v) => v.tensor);
        const expected = made.map((v) => Array.from(v.reference.data, (x) => x + 0));
        expect(made.map((v) => v.reference.shape)).toEqual(outputs.map((t) => t.shape));
        expect(await computed(engine.runtime, outputs, false)).toEqual(expected);
        expect(await computed(engine.runtime, outputs, true)).toEqual(expected);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});
