import { ShapeError } from "../core/errors";
import * as random from "../core/random";
import { checkShape, numel, type Shape, showShape } from "../core/shape";
import { seedDefaultGenerator } from "../graph/generator";
import { checkList, checkOption, checkWord, optionsOf } from "../graph/options";
import { parameter, type Tensor } from "../graph/tensor";
import type { TruncatedNormalOptions as DrawOptions } from "../ops/truncatedNormal";
import { orthonormalColumns } from "./orthonormal";

/** First values of a parameter from its shape, its fans and a random stream of its own. */
export type Initializer = (shape: Shape, fans: Fans, seed: number, stream: number) => Float32Array<ArrayBuffer>;

/** How many inputs each output sums over, and how many outputs each input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

let seed = 0;
let stream = 0;

/**
 * From now on, makes `value` alone determine the first values of the parameters that are created, and the random numbers (also
 * those of dropout) of what is captured or read where no generator is given. Steps captured before go on as they were;
 * generators, loaders and splits have seeds of their own.
 * @param value an integer; its low 32 bits count
 * @throws DataError where it is none
 */
export function manualSeed(value: number): void {
  random.checkSeed("manualSeed", value);
  seed = value >>> 0;
  stream = 0;
  seedDefaultGenerator(~value >>> 0); // another seed, lest its numbers repeat the first values of parameters
}

/**
 * A parameter with a random stream of its own: the n-th since {@link manualSeed} has the n-th stream.
 * @throws ShapeError where a size is no integer of at least 1, or the initializer no function
 */
export function initialized(name: string, shape: Shape, fans: Fans, initializer: Initializer): Tensor {
  checkShape(name, shape);
  checkInitializer(name, initializer);
  const [ownSeed, ownStream] = [seed, stream++];
  return parameter(name, { shape, dtype: "f32" }, () => initializer(shape, fans, ownSeed, ownStream));
}

/** @throws ShapeError unless it is a function: PyTorch's initialisers are known by name */
export const checkInitializer = (name: string, init: Initializer): void =>
  checkOption(name, "init", init, typeof init === "function", "an initializer, such as heNormal");

/** Fans of a weight [out, in, …kernel]. @throws ShapeError where it has fewer dimensions: a bias has no fans of its own */
export function fansOf(shape: Shape): Fans {
  checkList("fansOf", "the shape", shape);
  if (shape.length < 2) throw new ShapeError("fansOf", "wants two dimensions or more", { shape: showShape(shape) });
  const field = numel(shape.slice(2));
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

/** The same value everywhere. @throws ShapeError where it is not finite */
export const constant = (value: number): Initializer => {
  checkOption("constant", "value", value, Number.isFinite(value), "a number");
  return (shape) => new Float32Array(numel(shape)).fill(value);
};

export const zeros: Initializer = constant(0);

export const ones: Initializer = constant(1);

/** Uniform in [low, high); default [0, 1). @throws ShapeError where they are not finite, or low > high */
export const uniform = (low = 0, high = 1): Initializer => {
  if (!(Number.isFinite(low) && low <= high && Number.isFinite(high - low)))
    throw new ShapeError("uniform", "no range", { low: String(low), high: String(high) });
  return (shape, _, s, t) => random.uniform(s, t, numel(shape), low, high);
};

/** Normal; default mean 0, standard deviation 1. @throws ShapeError where they are not finite, or std < 0 */
export const normal = (mean = 0, std = 1): Initializer => {
  if (!(Number.isFinite(mean) && Number.isFinite(std) && std >= 0))
    throw new ShapeError("normal", "no distribution", { mean: String(mean), std: String(std), wants: "std ≥ 0" });
  return (shape, _, s, t) => random.normal(s, t, numel(shape), mean, std);
};

/** The distribution, as the op of the same name takes it. */
export type TruncatedNormalOptions = Omit<DrawOptions, "generator">;

/**
 * Normal, cut to a … b (values, not numbers of standard deviations); default −2 … 2.
 * @throws ShapeError where a number is not finite, std is not above 0, or a not below b
 */
export const truncatedNormal = (options: TruncatedNormalOptions = {}): Initializer => {
  const { mean = 0, std = 1, a = -2, b = 2 } = optionsOf("truncatedNormal", options, "mean std a b");
  if (!([mean, std, a, b].every(Number.isFinite) && std > 0 && a < b))
    throw new ShapeError("truncatedNormal", "no distribution", {
      options: `mean ${mean}, std ${std}, a ${a}, b ${b}`,
      wants: "std > 0 and a < b",
    });
  return (shape, _, s, t) => random.truncatedNormal(s, t, numel(shape), options);
};

export interface VarianceScalingOptions {
  /** Default 1. */
  readonly scale?: number;
  /** What n is; default fanIn. fanAvg is the mean of both fans. */
  readonly mode?: "fanIn" | "fanOut" | "fanAvg";
  /** Default "normal". */
  readonly distribution?: "normal" | "uniform";
}

/** Mean 0 and variance scale / n, n being a fan. @throws ShapeError where scale < 0, or mode or distribution is none of these */
export const varianceScaling = (options: VarianceScalingOptions = {}): Initializer => {
  const {
    scale = 1,
    mode = "fanIn",
    distribution = "normal",
  } = optionsOf("varianceScaling", options, "scale mode distribution");
  checkOption("varianceScaling", "scale", scale, scale >= 0 && Number.isFinite(scale), "a number ≥ 0");
  checkWord("varianceScaling", "mode", mode, ["fanIn", "fanOut", "fanAvg"]);
  checkWord("varianceScaling", "distribution", distribution, ["normal", "uniform"]);
  return (shape, { fanIn, fanOut }, s, t) => {
    const n = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    if (distribution === "normal") return random.normal(s, t, numel(shape), 0, Math.sqrt(scale / n));
    const bound = Math.sqrt((3 * scale) / n);
    return random.uniform(s, t, numel(shape), -bound, bound);
  };
};

/** Uniform in ±1/√fanIn, as PyTorch's Linear and Conv2d. */
export const uniformByFanIn: Initializer = (shape, { fanIn }, s, t) => {
  const bound = 1 / Math.sqrt(fanIn);
  return random.uniform(s, t, numel(shape), -bound, bound);
};

/** Normal with variance 2/fanIn, for ReLU networks. @see He et al. 2015, "Delving deep into rectifiers" */
export const heNormal: Initializer = varianceScaling({ scale: 2 });

/** Uniform with variance 2/fanIn. @see He et al. 2015 */
export const heUniform: Initializer = varianceScaling({ scale: 2, distribution: "uniform" });

/** Normal with variance 2/(fanIn + fanOut). @see Glorot and Bengio 2010 */
export const xavierNormal: Initializer = varianceScaling({ mode: "fanAvg" });

/** Uniform with variance 2/(fanIn + fanOut). @see Glorot and Bengio 2010 */
export const xavierUniform: Initializer = varianceScaling({ mode: "fanAvg", distribution: "uniform" });

/** Normal with variance 1/fanIn, for SELU networks. @see LeCun et al. 1998, "Efficient backprop" */
export const lecunNormal: Initializer = varianceScaling();

/** Uniform with variance 1/fanIn. @see LeCun et al. 1998 */
export const lecunUniform: Initializer = varianceScaling({ distribution: "uniform" });

export interface OrthogonalOptions {
  /** Factor of the matrix; default 1. */
  readonly gain?: number;
}

/**
 * A random (semi-)orthogonal matrix times `gain`, of a weight seen as [shape[0], rest]: its rows are orthonormal, or its
 * columns where it has more rows than columns.
 * @see Saxe, McClelland and Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning"
 */
export const orthogonal = (options: OrthogonalOptions = {}): Initializer => {
  const { gain = 1 } = optionsOf("orthogonal", options, "gain");
  checkOption("orthogonal", "gain", gain, Number.isFinite(gain), "a number");
  return (shape, _, s, t) => {
    if (shape.length < 2) throw new ShapeError("orthogonal", "wants two dimensions", { shape: showShape(shape) });
    const rows = shape[0]!;
    const columns = numel(shape) / rows;
    const [n, count] = [Math.max(rows, columns), Math.min(rows, columns)];
    const basis = orthonormalColumns(random.normal(s, t, n * count), n, count);
    // basis[j] is a row of a wide matrix, a column of a tall one.
    const at = (r: number, c: number) => (rows >= columns ? basis[c * n + r]! : basis[r * n + c]!);
    return Float32Array.from({ length: rows * columns }, (_, i) => gain * at(Math.floor(i / columns), i % columns));
  };
};

/** 1 on the diagonal of a matrix, square or not, and 0 elsewhere. */
export const identity: Initializer = (shape) => {
  if (shape.length !== 2) throw new ShapeError("identity", "wants a matrix", { shape: showShape(shape) });
  const columns = shape[1]!;
  return Float32Array.from({ length: numel(shape) }, (_, i) => Number(Math.floor(i / columns) === i % columns));
};

/** The factor by which PyTorch recommends to scale weights before an activation, compared with 1/√n. */
export function gainOf(
  activation: "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu",
  negativeSlope = 0.01,
): number {
  checkWord("gainOf", "activation", activation, ["linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu"]);
  checkOption("gainOf", "negativeSlope", negativeSlope, Number.isFinite(negativeSlope), "a number");
  const leaky = Math.sqrt(2 / (1 + negativeSlope ** 2));
  return { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, leakyRelu: leaky, selu: 3 / 4 }[activation];
}
