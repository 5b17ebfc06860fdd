// Pointwise ops whose results have another dtype than their inputs are joined like all others, also four elements at a time.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { abs } from "../../src/ops/abs";
import { add } from "../../src/ops/add";
import { cast } from "../../src/ops/cast";
import { clamp } from "../../src/ops/clamp";
import { cos } from "../../src/ops/cos";
import { elu } from "../../src/ops/elu";
import { erf } from "../../src/ops/erf";
import { exp } from "../../src/ops/exp";
import { expm1 } from "../../src/ops/expm1";
import { full } from "../../src/ops/full";
import { gelu } from "../../src/ops/gelu";
import { greater } from "../../src/ops/greater";
import { leakyRelu } from "../../src/ops/leakyRelu";
import { less } from "../../src/ops/less";
import { log } from "../../src/ops/log";
import { log1p } from "../../src/ops/log1p";
import { logicalAnd } from "../../src/ops/logicalAnd";
import { logicalNot } from "../../src/ops/logicalNot";
import { matmul } from "../../src/ops/matmul";
import { mul } from "../../src/ops/mul";
import { neg } from "../../src/ops/neg";
import { pow } from "../../src/ops/pow";
import { relu } from "../../src/ops/relu";
import { rsqrt } from "../../src/ops/rsqrt";
import { sigmoid } from "../../src/ops/sigmoid";
import { silu } from "../../src/ops/silu";
import { sin } from "../../src/ops/sin";
import { softplus } from "../../src/ops/softplus";
import { sqrt } from "../../src/ops/sqrt";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { tanh } from "../../src/ops/tanh";
import { transpose } from "../../src/ops/transpose";
import { where } from "../../src/ops/where";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const input = (dtype: DType, ...shape: number[]) => feed("x", { shape, dtype });
const kernels = (out: Tensor, fuse = true) => plan({ outputs: [out], target, fuse }).dispatches.map((d) => d.variant);
const names = (out: Tensor, fuse = true) => kernels(out, fuse).map((v) => v.name);

/** x where it is above 0, by a mask. */
const positive = (x: Tensor): Tensor => mul(cast(greater(x, 0), x.dtype), x);

test.each(["f32", "i32"] as const)("a mask of %s, cast and multiplied, is one kernel", (dtype) => {
  expect(names(positive(input(dtype, 4, 5)))).toEqual(["fill·greater·cast·mul"]);
  expect(names(positive(input(dtype, 4, 5)), false)).toHaveLength(3);
});

test("four elements are made at a time, each intermediate in its own dtype", () => {
  const [kernel] = kernels(cast(add(cast(greater(input("f32", 8), 0), "i32"), input("i32", 8)), "f32"));
  const { code } = kernel!;
  expect(code).toContain("x0: array<vec4<f32>>");
  expect(code).toContain("x1: array<vec4<i32>>");
  expect(code).toContain("out: array<vec4<f32>>");
  for (const made of ["vec4<u32>(greater_f32(", "vec4<i32>(to_i32_u32(", "vec4<i32>(add_i32(", "vec4<f32>(to_f32_i32("])
    expect(code).toContain(made);
});

test("the generic type is that of the inputs declared so, not of the first input", () => {
  const [kernel] = kernels(where(input("u32", 3), input("i32", 3), 7));
  expect(kernel!.code).toContain("fn choose_i32(condition: u32, a: i32, b: i32) -> i32");
  expect(kernel!.params.map((p) => p.type)).toContain("i32");
  expect(where(input("u32", 3), input("i32", 3), 7).dtype).toBe("i32");
});

test("bounds of clamp have the dtype of what is clamped", () => {
  const types = (dtype: DType) => kernels(clamp(input(dtype, 3), { min: 1, max: 2 }))[0]!.params.map((p) => p.type);
  expect(types("f32")).toEqual(["u32", "f32", "f32"]);
  expect(types("i32")).toEqual(["u32", "i32", "i32"]);
});

const clampBelow = (x: Tensor) => clamp(x, { min: 0 });
const cube = (x: Tensor) => pow(x, 3);
const activations = { clampBelow, elu, erf, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh };
const functions = { abs, cos, cube, exp, expm1, log, log1p, neg, rsqrt, sin, sqrt, square };
test.each(Object.entries({ ...activations, ...functions }))(
  "%s and its gradient are a kernel each at most",
  (_, op) => {
    const [x, dOut] = [input("f32", 4, 5), input("f32", 4, 5)];
    const out = op(x);
    const { dispatches } = plan({ outputs: [out, ...gradients(out, [x], dOut)], target, fuse: true });
    expect(dispatches.length).toBeLessThanOrEqual(2);
  },
);

test("masks hang on a product, and are made within a sum", () => {
  const product = matmul(input("f32", 5, 3), input("f32", 3, 4));
  expect(names(mul(cast(greater(product, 0), "f32"), 2))).toEqual(["matmul+fill·fill·greater·cast·mul"]);
  expect(names(sum(cast(less(input("f32", 6, 4), 0), "f32"), 0))).toEqual(["fill·less·cast→reduce"]);
});

test("the same function before and after a sum is there twice, under two names", () => {
  const [kernel] = kernels(square(sum(square(input("f32", 6, 4)), 0)));
  expect(kernel!.name).toBe("square→reduce+square");
  expect([...kernel!.code.matchAll(/fn (\w*square\w*)\(/g)].map((m) => m[1])).toEqual([
    "prologue_square_f32",
    "epilogue_square_f32",
  ]);
});

test("what two functions include is there once, or once before and once after a sum", () => {
  const x = input("f32", 6, 4);
  const included = (t: Tensor) => [...kernels(t)[0]!.code.matchAll(/fn (\w*sine_ahead)\(/g)].map((m) => m[1]);
  expect(included(add(sin(x), cos(x)))).toEqual(["sine_ahead"]);
  expect(included(sin(sum(add(sin(x), cos(x)), 0)))).toEqual(["prologue_sine_ahead", "epilogue_sine_ahead"]);
});

await describeOnDawn("functions that include the same file", (engine) => {
  test("sin · cos", async () => {
    const x = tensor([0.5, -1, 2]);
    const [y] = await engine.read([mul(sin(x), cos(x))]);
    y!.forEach((v, i) => {
      expect(v).toBeCloseTo(Math.sin([1, -2, 4][i]!) / 2, 6);
    });
  });
});

test.each<[string, (...shape: number[]) => Tensor]>([
  ["an input", (...shape) => input("f32", ...shape)],
  ["a transposed input", (...shape) => transpose(input("f32", ...shape))],
  ["a constant", (...shape) => full(shape, 2)],
])("a value of %s that is used twice in each of 40 steps is gone through once", (_, start) => {
  let y = start(12, 12);
  for (let i = 0; i < 40; i++) y = add(y, mul(sin(y), 0.1));
  const [kernel] = kernels(add(y, input("f32", 12, 12)));
  expect(kernel!.name.match(/sin/g)).toHaveLength(40);
});

test("attributes that JSON cannot tell apart stay apart", () => {
  const values = [Infinity, -Infinity, 0, -0];
  const outputs = values.map((v) => add(full([2], v), input("f32", 2)));
  const constants = plan({ outputs, target, fuse: true }).dispatches.map((d) => new Float32Array(d.params, 4, 1)[0]);
  expect(constants).toEqual(values);
});

await describeOnDawn("masks", (engine) => {
  const x = [-2, -1, 0, 1, 2, 3, 5, -7];
  const at = (dtype: DType, n: number) => tensor(x.slice(0, n), undefined, dtype);
  test.each([7, 8])("of %d elements, through three dtypes", async (n) => {
    const f = at("f32", n);
    const i = at("i32", n);
    const mask = logicalAnd(greater(f, -2), logicalNot(greater(i, 2)));
    const signed = add(cast(mask, "i32"), where(mask, square(i), -1));
    const [a, b, c] = await engine.read([positive(f), cast(signed, "f32"), positive(i)]);
    expect(Array.from(a!)).toEqual(x.slice(0, n).map((v) => (v > 0 ? v : v < 0 ? -0 : 0)));
    expect(Array.from(b!)).toEqual(x.slice(0, n).map((v) => (v > -2 && v <= 2 ? 1 + v * v : -1)));
    expect(Array.from(c!)).toEqual(x.slice(0, n).map((v) => Math.max(v, 0)));
  });

  test("an infinity for what is masked", async () => {
    const mask = tensor([1, 0, 1], undefined, "u32");
    const out = add(where(mask, -Infinity, 0), where(logicalNot(mask), Infinity, 0));
    expect(Array.from(await engine.read(out))).toEqual([-Infinity, Infinity, -Infinity]);
  });
});
