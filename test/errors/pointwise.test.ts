// What the pointwise ops refuse, and in which words. Nothing here needs a device.
import { expect, test } from "vitest";
import { feed, type Tensor } from "../../src/graph/tensor";
import * as wgrad from "../../src/index";

/** The ops by name. */
const ops: Record<string, unknown> = { ...wgrad };

const f32 = (...shape: number[]) => feed("x", { shape, dtype: "f32" });
const i32 = (...shape: number[]) => feed("x", { shape, dtype: "i32" });
const u32 = (...shape: number[]) => feed("x", { shape, dtype: "u32" });

const FLOAT_ONLY = [
  ...["expm1", "log1p", "rsqrt", "sqrt", "exp", "log", "sin", "cos", "tanh", "erf", "elu", "silu", "softplus"],
  ...["floor", "ceil", "round", "isNaN", "isFinite"],
] as const;
test.each(FLOAT_ONLY)("%s takes f32 only", (name) => {
  const op = ops[name] as typeof wgrad.exp;
  expect(op(f32(2)).shape).toEqual([2]);
  expect(() => op(i32(2))).toThrow(`${name}: input 0 has dtype i32\n  wants: f32\n  fix: cast it, or make it so`);
});

const PAIRS = [
  ...["add", "sub", "mul", "div", "remainder", "maximum", "minimum"],
  ...["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"],
] as const;
test.each(PAIRS)("%s takes two of one dtype, of shapes that broadcast", (name) => {
  const op = ops[name] as typeof wgrad.add;
  for (const make of [f32, i32, u32]) expect(op(make(4, 1), make(3)).shape).toEqual([4, 3]);
  expect(() => op(f32(2), i32(2))).toThrow(`${name}: input 1 has dtype i32\n  wants: f32\n  fix: cast it`);
  expect(() => op(f32(2), f32(3))).toThrow(`${name}: shapes do not broadcast\n  a: [2]\n  b: [3]`);
  expect(() => op(i32(2), 0.5)).toThrow(`${name}: 0.5 is no i32`);
  expect(() => op(-1, u32(2))).toThrow(`${name}: -1 is no u32`);
});

test.each(["logicalAnd", "logicalOr", "logicalXor"] as const)("%s takes masks", (name) => {
  const op = ops[name] as typeof wgrad.logicalAnd;
  expect(op(u32(2, 1), u32(3))).toMatchObject({ shape: [2, 3], dtype: "u32" });
  expect(() => op(u32(2), f32(2))).toThrow(`${name}: input 1 has dtype f32\n  wants: u32`);
  expect(() => op(u32(2), u32(3))).toThrow(`${name}: shapes do not broadcast`);
});

const refusals: Record<string, () => Tensor> = {
  "maximum of two dtypes": () => wgrad.maximum(f32(2), i32(2)),
  "less than a fraction": () => wgrad.less(i32(2), 0.5),
  "logicalNot of f32": () => wgrad.logicalNot(f32(2)),
  "where without a mask": () => wgrad.where(f32(2), f32(2), 0),
  "where of two dtypes": () => wgrad.where(u32(2), f32(2), i32(2)),
  "where of shapes": () => wgrad.where(u32(2), f32(3), f32(3)),
  "where of a number that does not fit": () => wgrad.where(u32(2), u32(2), -1),
  "neg of u32": () => wgrad.neg(u32(2)),
  "clamp without bounds": () => wgrad.clamp(f32(2), {}),
  "clamp with NaN": () => wgrad.clamp(f32(2), { min: Number.NaN }),
  "clamp of u32 from -1": () => wgrad.clamp(u32(2), { min: -1 }),
  "softplus with beta 0": () => wgrad.softplus(f32(2), { beta: 0 }),
  "pow of an integer, negative": () => wgrad.pow(i32(2), -1),
  "pow of integers": () => wgrad.pow(i32(2), i32(2)),
  "pow of shapes": () => wgrad.pow(f32(2), f32(3)),
  "cast to what is not there": () => wgrad.cast(f32(2), "f64" as "f32"),
  "full of a fraction": () => wgrad.full([2], 1.5, "u32"),
};

test("refusals, word for word", () => {
  const said = Object.entries(refusals).map(([what, call]) => {
    try {
      return `${what}\n  accepted ${call().shape}`;
    } catch (error) {
      return `${what}\n  ${(error as Error).name} ${(error as Error).message.replaceAll("\n", "\n  ")}`;
    }
  });
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "maximum of two dtypes
      DTypeError maximum: input 1 has dtype i32
        wants: f32
        fix: cast it, or make it so
    less than a fraction
      DTypeError less: 0.5 is no i32
        fix: pass a whole number in -2147483648…2147483647, or cast the tensor
    logicalNot of f32
      DTypeError logicalNot: input 0 has dtype f32
        wants: u32
        fix: cast it, or make it so
    where without a mask
      DTypeError where: input 0 has dtype f32
        wants: u32
        fix: cast it, or make it so
    where of two dtypes
      DTypeError where: input 2 has dtype i32
        wants: f32
        fix: cast it, or make it so
    where of shapes
      ShapeError where: shapes do not broadcast
        a: [2]
        b: [3]
        c: [3]
        fix: align dimensions from the last; each must be equal or 1
    where of a number that does not fit
      DTypeError where: -1 is no u32
        fix: pass a whole number in 0…4294967295, or cast the tensor
    neg of u32
      DTypeError neg: input 0 has dtype u32
        wants: f32 or i32 or f16
    clamp without bounds
      DataError clamp: no bound is given
        fix: pass { min, max }
    clamp with NaN
      DataError clamp: a bound is NaN
    clamp of u32 from -1
      DTypeError clamp: -1 is no u32
        fix: pass a whole number in 0…4294967295, or cast the tensor
    softplus with beta 0
      DataError softplus: beta is 0
    pow of an integer, negative
      DataError pow: -1 as the power of i32
        fix: cast the operand to f32
    pow of integers
      DTypeError pow: input 0 has dtype i32
        wants: f32
        fix: cast it, or make it so
    pow of shapes
      ShapeError pow: shapes do not broadcast
        a: [2]
        b: [3]
        fix: align dimensions from the last; each must be equal or 1
    cast to what is not there
      DTypeError cast: there is no dtype f64
        wants: f32 or f16 or i32 or u32
    full of a fraction
      DTypeError full: 1.5 is no u32
        fix: pass a whole number in 0…4294967295, or cast the tensor"
  `);
});

test("what is no tensor of this copy of the library is refused", () => {
  const [list, none] = [[[1]], undefined] as unknown as [Tensor, Tensor];
  expect(() => wgrad.add(f32(1), list)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: add: input 1 is no tensor
      input: an array
      fix: tensor(values, shape) makes one]
  `);
  expect(() => wgrad.matmul(list, f32(1, 1))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: matmul: input 0 is no tensor
      input: an array
      fix: tensor(values, shape) makes one]
  `);
  expect(() => wgrad.relu(none)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: relu: input 0 is no tensor
      input: undefined
      fix: tensor(values, shape) makes one]
  `);
  const foreign = { ...f32(1) } as Tensor;
  expect(() => wgrad.mul(f32(1), foreign)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: mul: input 1 is no tensor
      input: a tensor of another copy of wgrad
      fix: load the library once]
  `);
});
