import type { DType, Tensor } from "../../../../src/index";
import * as wgrad from "../../../../src/index";
import { integers, LARGE, M, maskOf, type OpEntries, type OpEntry, type OpInput } from "../entry";

type Range = readonly [number, number];
const numbers = (range: Range = [-2, 2]): OpInput => ({ shape: [LARGE], range });

const unary = (build: (x: Tensor) => Tensor, note?: string, range?: Range): OpEntry => ({
  inputs: [numbers(range)],
  build: (x) => build(x!),
  ...(note && { note }),
});

const binary = (
  build: (a: Tensor, b: Tensor) => Tensor,
  { range, note, gradients }: { range?: Range; note?: string; gradients?: readonly number[] } = {},
): OpEntry => ({
  inputs: [numbers(range), numbers(range)],
  build: (a, b) => build(a!, b!),
  ...(note && { note }),
  ...(gradients && { gradients }),
});

const masks = (build: (a: Tensor, b: Tensor) => Tensor): OpEntry => ({
  inputs: [maskOf([LARGE]), maskOf([LARGE])],
  build: (a, b) => build(a!, b!),
});

const casting = (from: DType, to: DType): OpEntry => ({
  name: `${from} to ${to}`,
  inputs: [{ shape: [LARGE], dtype: from, range: [0, 99] }],
  build: (x) => wgrad.cast(x!, to),
});

/** Where software computes what a GPU has units for. */
const arithmetic = (operations: number, what: string) => `arithmetic: ${what}, ~${operations} operations an element`;
const EXP = arithmetic(20, "one exponential");
const POSITIVE: Range = [0.5, 2];

export const entries: OpEntries = {
  abs: unary(wgrad.abs),
  add: [
    binary(wgrad.add),
    { name: "row", inputs: [[4096, 1024], [1024]], build: (a, b) => wgrad.add(a!, b!) },
    {
      name: "column",
      inputs: [
        [4096, 1024],
        [4096, 1],
      ],
      build: (a, b) => wgrad.add(a!, b!),
    },
    {
      name: "channel",
      inputs: [
        [64, 64, 32, 32],
        [64, 1, 1],
      ],
      build: (a, b) => wgrad.add(a!, b!),
    },
  ],
  cast: [casting("i32", "f32"), casting("f32", "i32")],
  ceil: unary(wgrad.ceil),
  clamp: unary((x) => wgrad.clamp(x, { min: -0.5, max: 0.5 })),
  cos: unary(wgrad.cos, arithmetic(25, "a polynomial and the reduction of its argument")),
  div: binary(wgrad.div, { range: POSITIVE }),
  elu: unary((x) => wgrad.elu(x), EXP),
  equal: binary(wgrad.equal),
  erf: unary(wgrad.erf, arithmetic(40, "two polynomials and an exponential")),
  exp: unary(wgrad.exp, EXP),
  expm1: unary(wgrad.expm1, arithmetic(30, "a polynomial and an exponential")),
  floor: unary(wgrad.floor),
  full: { inputs: [], build: () => wgrad.full([LARGE], 2) },
  gelu: [
    { ...unary((x) => wgrad.gelu(x)), note: arithmetic(30, "an exponential and a polynomial") },
    { ...unary((x) => wgrad.gelu(x, { approximate: "tanh" })), name: "tanh", note: EXP },
  ],
  greater: binary(wgrad.greater),
  greaterEqual: binary(wgrad.greaterEqual),
  isFinite: unary(wgrad.isFinite),
  isNaN: unary(wgrad.isNaN),
  leakyRelu: unary((x) => wgrad.leakyRelu(x)),
  less: binary(wgrad.less),
  lessEqual: binary(wgrad.lessEqual),
  log: unary(wgrad.log, arithmetic(25, "a polynomial"), POSITIVE),
  log1p: unary(wgrad.log1p, arithmetic(30, "a polynomial"), POSITIVE),
  logicalAnd: masks(wgrad.logicalAnd),
  logicalNot: { inputs: [maskOf([LARGE])], build: (x) => wgrad.logicalNot(x!) },
  logicalOr: masks(wgrad.logicalOr),
  logicalXor: masks(wgrad.logicalXor),
  maximum: binary(wgrad.maximum),
  minimum: binary(wgrad.minimum),
  mul: binary(wgrad.mul),
  neg: unary(wgrad.neg),
  notEqual: binary(wgrad.notEqual),
  oneHot: {
    inputs: [integers([32768], 128)],
    build: (x) => wgrad.oneHot(x!, 128),
    note: "an index and four columns are read for each four that are written",
  },
  pow: [
    binary(wgrad.pow, { range: POSITIVE, note: arithmetic(50, "a logarithm and an exponential") }),
    { ...unary((x) => wgrad.pow(x, 3)), name: "number" },
  ],
  relu: unary(wgrad.relu),
  remainder: binary(wgrad.remainder, { range: POSITIVE, gradients: [0] }),
  round: unary(wgrad.round),
  rsqrt: unary(wgrad.rsqrt, undefined, POSITIVE),
  selu: unary(wgrad.selu, EXP),
  sigmoid: unary(wgrad.sigmoid, EXP),
  sign: unary(wgrad.sign),
  silu: unary(wgrad.silu, EXP),
  sin: unary(wgrad.sin, arithmetic(25, "a polynomial and the reduction of its argument")),
  softplus: unary((x) => wgrad.softplus(x), arithmetic(40, "an exponential and a logarithm")),
  sqrt: unary(wgrad.sqrt, undefined, POSITIVE),
  square: unary(wgrad.square),
  sub: binary(wgrad.sub),
  tanh: unary(wgrad.tanh, EXP),
  where: {
    inputs: [maskOf([LARGE]), [LARGE], [LARGE]],
    build: (c, a, b) => wgrad.where(c!, a!, b!),
  },
  // Data made at the call: what is measured is that the sum reads it.
  arange: {
    inputs: [[LARGE]],
    build: (x) => wgrad.add(x!, wgrad.arange(0, LARGE, 1, "f32")),
    gradients: [],
    reads: 8 * LARGE,
  },
  linspace: {
    inputs: [[LARGE]],
    build: (x) => wgrad.add(x!, wgrad.linspace(0, 1, LARGE)),
    gradients: [],
    reads: 8 * LARGE,
  },
  eye: { inputs: [[1024, 1024]], build: (x) => wgrad.add(x!, wgrad.eye(1024)), gradients: [], reads: 8 * M },
};
