import * as ops from "../../src/index";
import { type Build, describeGoldens } from "./goldens";

type Unary = (x: ops.Tensor, options: never) => ops.Tensor;
type Binary = (a: ops.Tensor, b: ops.Tensor) => ops.Tensor;

const unary = {
  relu: ops.relu,
  leakyRelu: ops.leakyRelu,
  elu: ops.elu,
  gelu: ops.gelu,
  silu: ops.silu,
  softplus: ops.softplus,
  sigmoid: ops.sigmoid,
  tanh: ops.tanh,
  erf: ops.erf,
  abs: ops.abs,
  sign: ops.sign,
  square: ops.square,
  exp: ops.exp,
  expm1: ops.expm1,
  log: ops.log,
  log1p: ops.log1p,
  sqrt: ops.sqrt,
  rsqrt: ops.rsqrt,
  sin: ops.sin,
  cos: ops.cos,
  floor: ops.floor,
  ceil: ops.ceil,
  round: ops.round,
  clamp: ops.clamp,
} satisfies Record<string, Unary>;

const { add, sub, mul, div, maximum, minimum, pow, remainder } = ops;
const { equal, notEqual, less, lessEqual, greater, greaterEqual } = ops;
const arithmetic = { add, sub, mul, div, maximum, minimum, pow, remainder };
const binary: Record<string, Binary> = { ...arithmetic, equal, notEqual, less, lessEqual, greater, greaterEqual };

const byName = <F>(table: Record<string, F>, build: (f: F) => Build): Record<string, Build> =>
  Object.fromEntries(Object.entries(table).map(([name, f]) => [name, build(f)]));

await describeGoldens("elementwise", {
  ...byName<Unary>(
    unary,
    (f) =>
      ({ x }, options) =>
        f(x!, options),
  ),
  ...byName(
    binary,
    (f) =>
      ({ a, b }) =>
        f(a!, b!),
  ),
  powNumber: ({ x }, { exponent }: { exponent: number }) => pow(x!, exponent),
  where: ({ condition, a, b }) => ops.where(condition!, a!, b!),
});
