import { normal, uniform } from "../core/random";
import { numel, type Shape } from "../core/shape";
import { parameter, type Tensor } from "../graph/tensor";

/** First values of a parameter from its shape, its fans and a random stream of its own. */
export type Initializer = (shape: Shape, fans: Fans, seed: number, stream: number) => Float32Array<ArrayBuffer>;

/** Inputs that one output sums over, and outputs that one input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

let seed = 0;
let stream = 0;

/** Makes the first values of the parameters created from now on follow from `value` alone. */
export function manualSeed(value: number): void {
  seed = value >>> 0;
  stream = 0;
}

/** A parameter with a random stream of its own: the n-th one made since {@link manualSeed} has the n-th. */
export function initialized(name: string, shape: Shape, fans: Fans, initializer: Initializer): Tensor {
  const [ownSeed, ownStream] = [seed, stream++];
  return parameter(name, { shape, dtype: "f32" }, () => initializer(shape, fans, ownSeed, ownStream));
}

/** Fans of a weight [out, in, …kernel]. */
export function fansOf(shape: Shape): Fans {
  const field = numel(shape.slice(2));
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

/** Uniform in ±1/√fanIn: what PyTorch's Linear and Conv2d start from. */
export const uniformByFanIn: Initializer = (shape, { fanIn }, s, t) => symmetric(shape, 1 / Math.sqrt(fanIn), s, t);

/** Normal with variance 2/fanIn, for ReLU networks. @see He et al. 2015, "Delving deep into rectifiers" */
export const heNormal: Initializer = (shape, { fanIn }, s, t) => normal(s, t, numel(shape), 0, Math.sqrt(2 / fanIn));

/** Uniform with variance 2/fanIn. @see He et al. 2015 */
export const heUniform: Initializer = (shape, { fanIn }, s, t) => symmetric(shape, Math.sqrt(6 / fanIn), s, t);

/** Normal with variance 2/(fanIn + fanOut). @see Glorot and Bengio 2010 */
export const xavierNormal: Initializer = (shape, { fanIn, fanOut }, s, t) =>
  normal(s, t, numel(shape), 0, Math.sqrt(2 / (fanIn + fanOut)));

/** Uniform with variance 2/(fanIn + fanOut). @see Glorot and Bengio 2010 */
export const xavierUniform: Initializer = (shape, { fanIn, fanOut }, s, t) =>
  symmetric(shape, Math.sqrt(6 / (fanIn + fanOut)), s, t);

/** The same value everywhere. */
export const constant =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(numel(shape)).fill(value);

const symmetric = (shape: Shape, bound: number, s: number, t: number) => uniform(s, t, numel(shape), -bound, bound);
