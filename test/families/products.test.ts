// Products by every kernel that could make them: sizes of several tiles, none of which is full, and sums long enough to be dealt out.
import { afterAll, describe, expect, test } from "vitest";
import { type Product, productWays } from "../../src/families/products";
import type { Runtime } from "../../src/gpu/runtime";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { matmul } from "../../src/ops/matmul";
import { relu } from "../../src/ops/relu";
import { sum } from "../../src/ops/sum";
import { withoutWaiting } from "../../src/schedule/oneLaunch";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();

const SIZES = [
  ["whole vec4s", 132, 136, 520],
  ["odd sizes", 67, 35, 521],
] as const;
const LARGE = [
  ["whole vec4s", 780, 1400, 36],
  ["odd sizes", 777, 1401, 13],
] as const;
// Between them each operand lies both ways, in whole vec4s and not.
const FORMS = [
  ["NN", SIZES[0]],
  ["TT", SIZES[1]],
  ["TT", LARGE[0]],
  ["NN", LARGE[1]],
  ["NT", ["a head of ten classes", 67, 10, 84]],
] as const;

/** Σ over k of a's row by b's column, in f64; both given as they lie. */
function product(a: Float32Array, b: Float32Array, m: number, n: number, k: number, form: string): Float64Array {
  const at = (t: string, rows: number, columns: number) => (r: number, c: number) =>
    t === "T" ? c * rows + r : r * columns + c;
  const [ofA, ofB] = [at(form[0]!, m, k), at(form[1]!, k, n)];
  const out = new Float64Array(m * n);
  for (let r = 0; r < m; r++)
    for (let i = 0; i < k; i++) for (let c = 0; c < n; c++) out[r * n + c]! += a[ofA(r, i)]! * b[ofB(i, c)]!;
  return out;
}

/** A device with the one way chosen. */
const by = (target: Target, key: string, way: string): Target => ({ ...target, tuning: { [key]: way } });

/** The ways of a product that come up on any device, those that only the one at hand knows, and that of small steps. */
function waysOn(runtime: Runtime, one: Product): (readonly [Target, key: string, way: string])[] {
  const { target } = runtime.open;
  const base = { ...BASELINE_TARGET, offsetAlignment: target.offsetAlignment };
  const { key, names } = productWays(one, base);
  const others = productWays(one, target).names.filter((way) => !names.includes(way));
  const small = withoutWaiting(base);
  return [
    ...names.map((way) => [base, key, way] as const),
    ...others.map((way) => [target, key, way] as const),
    ...productWays(one, small).names.map((way) => [small, key, way] as const),
  ];
}

describe.skipIf(!opened)("products", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());

  test("all tiles and parts are tried", () => {
    const tried = [...SIZES, ...LARGE].flatMap(([, m, n, k]) => {
      const one = { m, n, k, batch: 1, transA: false, transB: false, aBatch: 0, bBatch: 0, sums: false };
      return productWays(one, BASELINE_TARGET).names;
    });
    const all = ["direct", "tile 128", "tile 32", "tile 32, K split", "tile 64", "tile 64, K split"];
    expect([...new Set(tried)].sort()).toEqual(all);
  });

  test.each(FORMS.map(([form, size]) => [form, ...size] as const))("%s of %s", async (form, _, m, n, k) => {
    const [transA, transB] = [form[0] === "T", form[1] === "T"];
    const a = given(transA ? [k, m] : [m, k], noise);
    const b = given(transB ? [n, k] : [k, n], (i) => noise(i + 7919));
    const bias = given([n], (i) => noise(i + 104729));
    const expected = product(a[1], b[1], m, n, k, form).map((v, i) => Math.max(0, v + bias[1][i % n]!));
    const one = { m, n, k, batch: 1, transA, transB, aBatch: 0, bBatch: 0, sums: false };
    for (const [target, key, way] of waysOn(runtime, one)) {
      const out = relu(add(matmul(a[0], b[0], { transA, transB }), bias[0]));
      const [made] = await compute(runtime, by(target, key, way), [out], [a, b, bias]);
      expect(distance(made!, expected), way).toBeLessThan(1e-5);
    }
  });

  test.each(SIZES)("sums of rows come out beside a product of %s, whole or in parts", async (_, m, n, k) => {
    const [a, b] = [given([k, m], noise), given([k, n], (i) => noise(i + 7919))];
    const expected = product(a[1], b[1], m, n, k, "TN");
    const sums = new Float64Array(m);
    a[1].forEach((v, i) => {
      sums[i % m]! += v;
    });
    const one = { m, n, k, batch: 1, transA: true, transB: false, aBatch: 0, bBatch: 0, sums: true };
    for (const [target, key, way] of waysOn(runtime, one)) {
      const chosen = by(target, key, way);
      const outputs = [matmul(a[0], b[0], { transA: true }), sum(a[0], 0)];
      const launches = plan({ outputs, target: chosen, fuse: true }).dispatches.map((d) => d.variant.name);
      expect(launches.length, String(launches)).toBe(way.endsWith("split") ? 2 : 1);
      const [made, beside] = await compute(runtime, chosen, outputs, [a, b]);
      expect(distance(made!, expected), way).toBeLessThan(1e-5);
      expect(distance(beside!, sums), way).toBeLessThan(1e-5);
    }
  });
});
