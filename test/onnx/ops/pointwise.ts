import * as w from "../../../src/index";
import { ONNX_TYPES } from "../protobuf";
import { type Call, type Operator, storedAs, want } from "../value";

type Unary = (x: w.Tensor) => w.Tensor;
type Binary = (a: w.Tensor, b: w.Tensor) => w.Tensor;

const unary =
  (f: Unary): Operator =>
  (c) =>
    f(c.x());

/** Up to version 6, `axis` says where the second operand's dimensions belong. */
const binary =
  (f: Binary): Operator =>
  (c) => {
    const [a, b] = [c.x(0), c.x(1)];
    const axis = c.int("axis", undefined);
    if (axis === undefined || b.shape.length === 0) return f(a, b);
    const missing = a.shape.length - axis - b.shape.length;
    return f(a, w.reshape(b, [...b.shape, ...Array<number>(missing).fill(1)]));
  };

/** Operators of any number of operands. */
const many =
  (f: Binary): Operator =>
  (c) =>
    c.all().reduce(f);

async function clip(c: Call): Promise<w.Tensor> {
  const [low] = (await c.numbers(1)) ?? [c.float("min", undefined)];
  const [high] = (await c.numbers(2)) ?? [c.float("max", undefined)];
  if (low === undefined && high === undefined) return c.x();
  return w.clamp(c.x(), { min: low, max: high });
}

/** To the type of an attribute, or of the second operand. */
function cast(c: Call): w.Tensor {
  const type = c.inputs.length > 1 ? c.value(1).type : (ONNX_TYPES[c.int("to", 1)] ?? "unknown");
  const dtype = storedAs(type);
  want(type !== "f64" && c.value(0).type !== "f64", "dtype", "f64");
  return type === "bool" ? w.notEqual(c.x(), 0) : w.cast(c.x(), dtype);
}

function modulo(c: Call): w.Tensor {
  want(c.int("fmod", 0) === 0, "attribute", "fmod");
  return w.remainder(c.x(0), c.x(1));
}

/** Powers of integers by whole numbers that are known; all else in floats. */
async function power(c: Call): Promise<w.Tensor> {
  const [a, b] = [c.x(0), c.x(1)];
  if (a.dtype === "f32") return binary((x, y) => w.pow(x, w.cast(y, "f32")))(c) as w.Tensor;
  const exponents = new Set(await c.numbers(1));
  if (b.dtype !== "f32" && exponents.size === 1) return w.pow(a, [...exponents][0]!);
  return w.cast(w.round(w.pow(w.cast(a, "f32"), w.cast(b, "f32"))), a.dtype);
}

/** Before version 7 slopes are one a channel. */
function prelu(c: Call): w.Tensor {
  const [x, given] = [c.x(0), c.x(1)];
  const slope = c.opset < 7 && given.size > 1 ? w.reshape(given, [-1, ...x.shape.slice(2).map(() => 1)]) : given;
  return w.where(w.greater(x, 0), x, w.mul(x, slope));
}

function dropout(c: Call): w.Tensor[] {
  const training = c.inputs[2]?.known?.[0] ?? 0;
  const ratio = c.inputs[1]?.known?.[0] ?? c.float("ratio", 0.5);
  want(!training || ratio === 0, "attribute", "random numbers of training");
  const x = c.x();
  return [x, w.full(x.shape, 1, "u32")];
}

export const pointwise: Readonly<Record<string, Operator>> = {
  Identity: (c) => c.value(0),
  Add: binary(w.add),
  Sub: binary(w.sub),
  Mul: binary(w.mul),
  Div: binary(w.div),
  Mod: modulo,
  Pow: power,
  Neg: unary(w.neg),
  Abs: unary(w.abs),
  Sign: unary(w.sign),
  Exp: unary(w.exp),
  Log: unary(w.log),
  Sqrt: unary(w.sqrt),
  Reciprocal: unary((x) => w.div(1, x)),
  Sin: unary(w.sin),
  Cos: unary(w.cos),
  Erf: unary(w.erf),
  Sigmoid: unary(w.sigmoid),
  Tanh: unary(w.tanh),
  Relu: unary((x) => (x.dtype === "f32" ? w.relu(x) : w.maximum(x, 0))),
  LeakyRelu: (c) => w.leakyRelu(c.x(), { negativeSlope: c.float("alpha", 0.01) }),
  PRelu: prelu,
  Elu: (c) => w.elu(c.x(), { alpha: c.float("alpha", 1) }),
  Selu: (c) =>
    w.mul(w.elu(c.x(), { alpha: c.float("alpha", 1.6732632423543772) }), c.float("gamma", 1.0507009873554805)),
  Softplus: unary((x) => w.softplus(x)),
  Clip: clip,
  Max: many(w.maximum),
  Min: many(w.minimum),
  Sum: many(w.add),
  Mean: (c) => w.div(c.all().reduce(w.add), c.inputs.length),
  Where: (c) => w.where(c.x(0), c.x(1), c.x(2)),
  Equal: binary(w.equal),
  Less: binary(w.less),
  LessOrEqual: binary(w.lessEqual),
  Greater: binary(w.greater),
  GreaterOrEqual: binary(w.greaterEqual),
  And: binary(w.logicalAnd),
  Or: binary(w.logicalOr),
  Xor: binary(w.logicalXor),
  Not: unary(w.logicalNot),
  Floor: unary(w.floor),
  Ceil: unary(w.ceil),
  Round: unary(w.round),
  IsNaN: unary(w.isNaN),
  Cast: cast,
  CastLike: cast,
  Dropout: dropout,
  Gelu: (c) => w.gelu(c.x(), { approximate: c.text("approximate", "none") === "tanh" ? "tanh" : "none" }),
};
