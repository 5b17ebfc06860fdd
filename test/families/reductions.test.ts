// Reductions whose lanes are joined by subgroups: rows of all lengths, every kind of join, one and several side by side.
import { afterAll, describe, expect, test } from "vitest";
import { partsOfFours, reductionWays } from "../../src/families/reductions";
import type { Runtime } from "../../src/gpu/runtime";
import { reductionDims } from "../../src/graph/reduction";
import type { Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { argMax } from "../../src/ops/argMax";
import { cast } from "../../src/ops/cast";
import { max } from "../../src/ops/max";
import { mean } from "../../src/ops/mean";
import { min } from "../../src/ops/min";
import { mul } from "../../src/ops/mul";
import { prod } from "../../src/ops/prod";
import { relu } from "../../src/ops/relu";
import { sqrt } from "../../src/ops/sqrt";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const subgroupSize = opened?.open.target.subgroupSize ?? 0;
const GPU: Target = { ...BASELINE_TARGET, ...(opened && { offsetAlignment: opened.open.target.offsetAlignment }) };

/** A GPU with subgroups that has found them faster, or slower, for reductions of a shape. */
const measured = (way: string, shape: readonly number[], axes: readonly number[], lanes = subgroupSize): Target => {
  const target = { ...GPU, subgroupSize: lanes };
  const keys = (["f32", "i32"] as const).map((t) => reductionWays(reductionDims(shape, axes)!, t, target).key);
  return { ...target, tuning: Object.fromEntries(keys.map((key) => [key, way])) };
};

const kernels = (outputs: readonly Tensor[], target: Target) =>
  plan({ outputs, target, fuse: true }).dispatches.map((d) => d.variant.name);

const SHAPES: readonly (readonly [what: string, shape: readonly number[], axes: readonly number[]])[] = [
  ["several rows a subgroup", [2048, 32], [1]],
  ["a subgroup a row, with rows left over", [701, 97], [1]],
  ["a workgroup a row", [131, 516], [1]],
  ["a workgroup a row, one by one", [33, 2003], [1]],
  ["parts of one row", [70004], [0]],
  ["so many parts of one row that lanes join these", [70003], [0]],
  ["rows in pieces, one by one", [5, 9, 6, 263], [1, 3]],
];

const JOINS: Record<string, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  prod: (a, b) => a * b,
};

/** In f64, from the formula: elements joined by where they lie without the reduced axes. */
function joined(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[], kind: string) {
  const out = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    let [rest, at, size] = [i, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      if (!axes.includes(d)) {
        at += size * (rest % shape[d]!);
        size *= shape[d]!;
      }
      rest = Math.floor(rest / shape[d]!);
    }
    out.set(at, out.has(at) ? JOINS[kind]!(out.get(at)!, values[i]!) : values[i]!);
  }
  return Float64Array.from({ length: out.size }, (_, o) => out.get(o)!);
}

describe.skipIf(!opened).each(["a row", "columns"])("argMax of %s in parts, by fours", (what) => {
  const inner = what === "a row" ? 1 : 8;
  const row = { rows: inner, n: 16384 / inner, inner };
  const target = { ...opened!.open.target, cpu: true };
  const { span, parts } = partsOfFours(row, inner > 1 ? 2 : 1, target);
  const width = inner > 1 ? span : 4 * span; // elements of a part

  test.each([0, 1, 2, 3])("finds element %i of each part", async (at) => {
    expect(parts).toBeGreaterThan(1);
    for (let part = 0; part < parts; part++) {
      const place = part * width + at;
      const x = given([row.n, inner], (i) => Number(Math.floor(i / inner) === place));
      const outputs = [cast(argMax(x[0], 0), "f32")];
      expect(kernels(outputs, target)[0]).toContain("arg_max_by_four");
      const [found] = await compute(opened as Runtime, target, outputs, [x]);
      expect([...found!]).toEqual(Array(inner).fill(place));
    }
  });
});

describe.skipIf(!subgroupSize)("reductions by subgroups", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());

  test.each(SHAPES)("a sum: %s", async (_, shape, axes) => {
    const x = given(shape, noise);
    const target = measured("subgroup", shape, axes);
    const out = sum(x[0], axes);
    expect(kernels([out], target)[0]).toMatch(/^reduce_subgroup/);
    const [made] = await compute(runtime, target, [out], [x]);
    expect(distance(made!, joined(x[1], shape, axes, "sum"))).toBeLessThan(2e-6);
  });

  test.each(SHAPES)("several side by side, of what is computed and written on the way: %s", async (_, shape, axes) => {
    const x = given(shape, noise);
    const target = measured("subgroup", shape, axes);
    const r = relu(x[0]);
    const near = add(1, mul(x[0], 1 / 64));
    const outputs = [mean(r, axes), max(square(x[0]), axes), min(x[0], axes), sqrt(prod(near, axes)), r];
    expect(kernels(outputs, target)[0]).toMatch(/→reduce_subgroup/);
    const made = await compute(runtime, target, outputs, [x]);
    const of = (value: (v: number) => number, kind: string) =>
      joined(Float64Array.from(x[1], value), shape, axes, kind);
    const rectified = (v: number) => Math.max(v, 0);
    const each = x[1].length / made[0]!.length;
    const expected = [
      of(rectified, "sum").map((v) => v / each),
      of((v) => v * v, "max"),
      of((v) => v, "min"),
      of((v) => 1 + v / 64, "prod").map(Math.sqrt),
      Float64Array.from(x[1], rectified),
    ];
    const limits = [2e-6, 2e-6, 2e-6, 1e-4, 2e-6];
    for (const [n, values] of expected.entries())
      expect(distance(made[n]!, values), String(n)).toBeLessThan(limits[n]!);
  });

  const SOME = [SHAPES[1]!, SHAPES[2]!];
  test.each(SOME)("integers, which wrap around: %s", async (_, shape, axes) => {
    const x = given(shape, (i) => Math.fround(Math.round(noise(i) * 2 ** 30)));
    const target = measured("subgroup", shape, axes);
    const whole = cast(x[0], "i32");
    const outputs = [sum(whole, axes), max(whole, axes), min(whole, axes)];
    const [all, most, least] = await compute(runtime, target, outputs, [x]);
    expect([...all!]).toEqual([...joined(x[1], shape, axes, "sum")].map((v) => Number(BigInt.asIntN(32, BigInt(v)))));
    expect([...most!]).toEqual([...joined(x[1], shape, axes, "max")]);
    expect([...least!]).toEqual([...joined(x[1], shape, axes, "min")]);
  });

  test.each(SOME)("a NaN and infinities do what they do in workgroup memory: %s", async (_, shape, axes) => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const x = given(shape, (i) => (i % 1709 === 5 ? odd[i % 3]! : noise(i)));
    const outputs = () => [max(x[0], axes), min(x[0], axes), sum(x[0], axes)];
    const by = (way: string) => compute(runtime, measured(way, shape, axes), outputs(), [x]);
    const [lanes, tree] = [await by("subgroup"), await by("tree")];
    const finite = (values: Float64Array) => [...values].map(Number.isFinite);
    expect(finite(tree[2]!)).toContain(false);
    expect(lanes.slice(0, 2)).toEqual(tree.slice(0, 2));
    expect(finite(lanes[2]!)).toEqual(finite(tree[2]!));
  });

  test("columns side by side, cut into so many parts that lanes join these by fours", async () => {
    const [shape, axes] = [[2304, 64], [0]];
    const x = given(shape, noise);
    const outputs = [sum(x[0], axes), max(x[0], axes)];
    expect(kernels(outputs, GPU).at(-1)).toBe("reduce_tree_by_four×2");
    const made = await compute(runtime, GPU, outputs, [x]);
    for (const [n, kind] of ["sum", "max"].entries())
      expect(distance(made[n]!, joined(x[1], shape, axes, kind)), kind).toBeLessThan(2e-6);
  });

  test("a long sum keeps its digits", async () => {
    const x = given([2_000_003], (i) => 1 + noise(i) / 2);
    const [made] = await compute(runtime, measured("subgroup", [2_000_003], [0]), [sum(x[0])], [x]);
    expect(distance(made!, joined(x[1], [2_000_003], [0], "sum"))).toBeLessThan(3e-7);
  });
});

test("a GPU with subgroups compares them where a reduction is large; any other device has no choice", () => {
  const ways = (target: Target, ...shape: number[]) => reductionWays(reductionDims(shape, [1])!, "f32", target).names;
  const lanes = { ...GPU, subgroupSize: 32 };
  expect(ways(lanes, 1024, 64)).toEqual(["subgroup", "tree"]);
  expect(ways(lanes, 1023, 64)).toEqual(["tree"]);
  expect(ways(lanes, 8192, 16)).toEqual(["tree"]);
  expect(ways(GPU, 1024, 64)).toEqual(["tree"]);
  expect(ways({ ...lanes, cpu: true }, 1024, 64)).toEqual(["tree"]);
});

test.each([4, 8, 16, 32, 64, 128])("subgroups of %i fill workgroups", (lanes) => {
  for (const shape of [
    [2048, 32],
    [701, 97],
    [131, 516],
    [33, 9001],
  ]) {
    const x = given(shape, () => 0)[0];
    const [d] = plan({ outputs: [sum(x, 1)], target: measured("subgroup", shape, [1], lanes), fuse: true }).dispatches;
    const of = (name: string) => Number(d!.variant.code.match(new RegExp(`const ${name} = (\\d+)u`))![1]);
    expect(of("SUBGROUP")).toBe(lanes);
    expect(of("SIZE") % lanes).toBe(0);
    expect(of("LANES") <= lanes || of("LANES") === of("SIZE")).toBe(true);
    expect(of("SIZE")).toBe(d!.variant.workgroupSize[0]);
    expect(of("SIZE")).toBeLessThanOrEqual(256);
  }
});

test("reductions side by side take the way that was measured, and ask for it", () => {
  const x = given([4096, 32], noise)[0];
  const outputs = () => [sum(x, 1), sum(square(x), 1)];
  const lanes = { ...GPU, subgroupSize: 32 };
  const { choices, dispatches } = plan({ outputs: outputs(), target: lanes, fuse: true });
  expect(dispatches.map((d) => d.variant.name)).toEqual(["square→reduce_subgroup_by_four×2"]);
  expect(choices.map((c) => [c.ways.names, c.way])).toEqual([[["subgroup", "tree"], "subgroup"]]);
  expect(kernels(outputs(), measured("tree", [4096, 32], [1], 32))).toEqual(["square→reduce_tree_by_four×2"]);
});

test("extremes and products take what was measured for sums, and ask for nothing", () => {
  const x = given([4096, 32], noise)[0];
  for (const reduce of [max, min, prod]) {
    expect(plan({ outputs: [reduce(x, 1)], target: { ...GPU, subgroupSize: 32 }, fuse: true }).choices).toEqual([]);
    expect(kernels([reduce(x, 1)], measured("subgroup", [4096, 32], [1], 32))).toEqual(["reduce_subgroup_by_four"]);
  }
});
