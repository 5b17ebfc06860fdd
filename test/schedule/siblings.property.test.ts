// Random graphs of reductions over the same elements, of what is computed from them, and of pointwise ops of the size of their
// inputs: made in one launch and one op a kernel they give the same numbers, on both kinds of device, in each run. All values
// are small integers, so that every sum and product is exact.
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
import { max } from "../../src/ops/max";
import { min } from "../../src/ops/min";
import { mul } from "../../src/ops/mul";
import { neg } from "../../src/ops/neg";
import { prod } from "../../src/ops/prod";
import { relu } from "../../src/ops/relu";
import { reshape } from "../../src/ops/reshape";
import { sign } from "../../src/ops/sign";
import { sub } from "../../src/ops/sub";
import { scaledSum, sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { type Plan, plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";

const hold = (x: Tensor) => clamp(x, { min: -8, max: 8 });

/** Pointwise, of two tensors that broadcast. */
const steps: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => hold(add(a, b)),
  (a, b) => hold(mul(a, b)),
  (a, b) => hold(sub(a, b)),
  (a) => relu(a),
  (a) => neg(a),
  (a) => abs(a),
  (a) => cast(cast(a, "i32"), "f32"),
  (a) => transpose(relu(transpose(a))),
  (a) => reshape(sign(reshape(a, [a.size])), a.shape),
];

type Axis = 0 | 1 | undefined;

/** Reductions that leave the axes. */
const reductions: readonly ((x: Tensor, axis: Axis) => Tensor)[] = [
  (x, axis) => hold(sum(x, axis, { keepDims: true })),
  (x, axis) => sum(x, axis, { keepDims: true }),
  (x, axis) => scaledSum(x, axis, { keepDims: true }, 0.5),
  (x, axis) => max(x, axis, { keepDims: true }),
  (x, axis) => min(x, axis, { keepDims: true }),
  (x, axis) => prod(sign(x), axis, { keepDims: true }),
  (x, axis) => cast(sum(cast(x, "i32"), axis, { keepDims: true }), "f32"),
];

/** The numbers after the first run and after the second. */
async function computed(runtime: Runtime, made: Plan): Promise<number[][]> {
  const executable = await Executable.create(runtime, made);
  for (const t of made.inputs) if (t.leaf?.kind === "data") executable.write(t, t.leaf.data);
  const parts = made.outputs.map((t) => ({ region: executable.region(t), dtype: t.dtype, length: t.size }));
  const values: number[][] = [];
  for (let run = 0; run < 2; run++) {
    executable.run();
    for (const v of await runtime.readback.read(parts)) values.push(Array.from(v, (x) => x + 0));
  }
  executable.dispose();
  runtime.throwErrors();
  return values;
}

function leaf(shape: Shape, n: number): Tensor {
  const values = Float32Array.from({ length: numel(shape) }, (_, i) => ((((i + 5 * n) * 7) % 11) - 5) % 4);
  return data({ shape, dtype: "f32" }, values);
}

const shapes = fc.constantFrom<Shape>([3, 5], [9, 36], [33, 70], [4, 2048], [5, 1300], [260, 8]);
const axes = fc.constantFrom<Axis>(0, 1, undefined);
const kinds = fc.constantFrom("full", "reduce", "reduce", "small", "back");
const program = fc.array(fc.tuple(kinds, fc.nat(40), fc.nat(40), fc.nat(40)), { minLength: 4, maxLength: 14 });

await describeOnDawn("random reductions of the same", (engine) => {
  test("together and one op a kernel give the same", async () => {
    let together = 0;
    await fc.assert(
      fc.asyncProperty(shapes, axes, program, fc.nat(3), async (shape, axis, lines, wanted) => {
        const full = [leaf(shape, 1), leaf(shape, 2), leaf([shape[1]!], 3)];
        const small: Tensor[] = [];
        const of = <T>(pool: readonly T[], n: number): T => pool[n % pool.length]!;
        const whole = (n: number) => of([...full.slice(0, 2), ...full.slice(3)], n);
        for (const [kind, op, a, b] of lines) {
          if (kind === "full") full.push(of(steps, op)(whole(a), of(full, b)));
          else if (kind === "reduce") small.push(of(reductions, op)(whole(a), b % 4 ? axis : undefined));
          else if (small.length === 0) continue;
          else if (kind === "small") small.push(of(steps.slice(0, 6), op)(of(small, a), of(small, b)));
          else full.push(hold(mul(whole(a), of(small, b))));
        }
        const outputs = [...new Set([...small.slice(-3), ...full.slice(3).slice(-wanted), small[0] ?? full[0]!])];
        const { target } = engine.runtime.open;
        const expected = await computed(engine.runtime, plan({ outputs, target, fuse: false }));
        for (const cpu of [true, false]) {
          const made = plan({ outputs, target: { ...target, cpu }, fuse: true });
          expect(Math.max(...made.dispatches.map((d) => d.buffers.length))).toBeLessThanOrEqual(8);
          together += made.dispatches.filter((d) => /×[2-9]|⇉\d/.test(d.variant.name)).length;
          expect(await computed(engine.runtime, made)).toEqual(expected);
        }
      }),
      { numRuns: 20, seed: 5 },
    );
    expect(together).toBeGreaterThan(20);
  });
});
