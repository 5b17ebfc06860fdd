import { ShapeError } from "../core/errors";
import { checkWhole, type Shape } from "../core/shape";
import { checkGenerator, type Generator } from "../graph/generator";
import { checkTensors } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { attendCached, type KeyValueCache } from "../ops/attendCached";
import { checkProbability } from "../ops/dropout";
import { matmul } from "../ops/matmul";
import { mul } from "../ops/mul";
import { multiHeadAttention } from "../ops/multiHeadAttention";
import { permute } from "../ops/permute";
import { reshape } from "../ops/reshape";
import { attentionWeights } from "../ops/scaledDotProductAttention";
import { slice } from "../ops/slice";
import { split } from "../ops/split";
import { tanh } from "../ops/tanh";
import { checkGiven } from "./given";
import { constant, fansOf, initialized, xavierUniform } from "./init";
import { affine, Linear } from "./linear";
import { Module } from "./module";

export interface MultiheadAttentionOptions {
  /** Probability that an attention weight is dropped in training; default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Where dropout's random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
}

/**
 * Which keys a query may see, see {@link scaledDotProductAttention}: a mask of u32 is 1 there. (PyTorch's `MultiheadAttention`, other
 * than its `scaled_dot_product_attention`, takes masks that are true where a key is hidden.)
 */
export interface AttendProjectedOptions {
  /** Query i sees keys 0 … i only; default false. */
  readonly causal?: boolean;
  /** i32 [B]: how many keys of each example count, from the first on; the others are padding. Default all. */
  readonly lengths?: Tensor | undefined;
  /** Broadcasts to [B, H, Tq, Tk]. f32: added to the scores. u32: 1 where a query may see a key, 0 where not. Default none. */
  readonly mask?: Tensor | undefined;
}

export interface AttendOptions extends AttendProjectedOptions {
  /** Called with the attention weights, f32 [B, heads, Tq, Tk], without dropout. They are computed for this call alone. Default: no one is told. */
  readonly onWeights?: (weights: Tensor) => void;
}

const ATTEND_OPTIONS = "onWeights causal lengths mask";

/**
 * Attention with several heads and learnt projections, see {@link multiHeadAttention}. Tensors are [B, T, embedDim]. Names and
 * layouts are PyTorch's: `in_proj_weight` [3·embedDim, embedDim] makes queries, keys and values, `out_proj` joins the heads.
 */
export class MultiheadAttention extends Module {
  readonly inProjWeight: Tensor;
  readonly inProjBias: Tensor | undefined;
  readonly outProj: Linear;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    readonly options: MultiheadAttentionOptions = {},
  ) {
    super();
    optionsOf("MultiheadAttention", options, "dropout bias generator");
    checkWhole("MultiheadAttention", { embedDim, numHeads });
    if (embedDim % numHeads)
      throw new ShapeError("MultiheadAttention", "embedDim must be a multiple of numHeads", {
        embedDim: String(embedDim),
        numHeads: String(numHeads),
      });
    const { bias = true, dropout = 0, generator } = options;
    checkProbability("MultiheadAttention", dropout);
    if (generator !== undefined) checkGenerator("MultiheadAttention", generator);
    const shape = [3 * embedDim, embedDim];
    this.inProjWeight = initialized("in_proj_weight", shape, fansOf(shape), xavierUniform);
    if (bias) this.inProjBias = initialized("in_proj_bias", [3 * embedDim], fansOf(shape), constant(0));
    this.outProj = new Linear(embedDim, embedDim, { bias, biasInit: constant(0) });
  }

  /** Self-attention. */
  override forward(x: Tensor, options: AttendOptions = {}): Tensor {
    return this.attend(x, x, x, options);
  }

  /**
   * @param query [B, Tq, embedDim]
   * @param key [B, Tk, embedDim]; where arguments are the same tensor, one product serves them
   * @param value [B, Tk, embedDim]
   * @returns [B, Tq, embedDim]
   */
  attend(query: Tensor, key: Tensor, value: Tensor, options: AttendOptions = {}): Tensor {
    optionsOf("MultiheadAttention", options, ATTEND_OPTIONS);
    checkTensors("MultiheadAttention", [query, key, value]);
    options.onWeights?.(this.#weights(query, key, options));
    const projections =
      key !== value
        ? this.#projectEach([query, key, value], [1, 1, 1])
        : query === key
          ? ([this.#project(query, 0, 3)] as const)
          : this.#projectEach([query, key], [1, 2]);
    return this.#attend(projections, options);
  }

  /** Keys and values of `memory` [B, Tk, embedDim] side by side, [B, Tk, 2·embedDim]: computed once, for many queries. */
  projectMemory(memory: Tensor): Tensor {
    return this.#project(memory, 1, 3);
  }

  /**
   * Attention to a memory whose keys and values have been computed already.
   * @param query [B, Tq, embedDim]
   * @param projected the result of {@link projectMemory}
   */
  attendProjected(query: Tensor, projected: Tensor, options: AttendProjectedOptions = {}): Tensor {
    optionsOf("MultiheadAttention", options, "causal lengths mask");
    return this.#attend([this.#project(query, 0, 1), projected], options);
  }

  /**
   * Self-attention of new positions [B, n, embedDim] to those in a cache and to one another, for generation: see
   * {@link attendCached}. Make a cache for each layer by `createKeyValueCache(B, longest, embedDim)`.
   */
  attendCached(x: Tensor, cache: KeyValueCache): Tensor {
    return this.outProj.forward(attendCached(this.#project(x, 0, 3), cache, { heads: this.numHeads }));
  }

  #attend(projections: readonly [Tensor, Tensor?, Tensor?], { causal, lengths, mask }: AttendProjectedOptions): Tensor {
    const { dropout = 0, generator } = this.options;
    const p = this.training ? dropout : 0;
    const options = { heads: this.numHeads, dropout: p, generator, causal, lengths, mask };
    return this.outProj.forward(multiHeadAttention(projections, options));
  }

  #weights(query: Tensor, key: Tensor, { causal, lengths, mask }: AttendProjectedOptions): Tensor {
    const size = this.embedDim / this.numHeads;
    const heads = (t: Tensor) => permute(reshape(t, [t.shape[0]!, t.shape[1]!, this.numHeads, size]), [0, 2, 1, 3]);
    const [q, k] = [heads(this.#project(query, 0, 1)), heads(this.#project(key, 1, 2))];
    const scores = matmul(mul(q, 1 / Math.sqrt(size)), k, { transB: true });
    return attentionWeights("MultiheadAttention", scores, { causal, lengths, mask });
  }

  /** The product with parts `from` … `to − 1` of the weight: 0 makes queries, 1 keys, 2 values. */
  #project(x: Tensor, from: number, to: number): Tensor {
    const part = (t: Tensor) => slice(t, 0, from * this.embedDim, to * this.embedDim);
    return affine(this.#given(x), part(this.inProjWeight), this.inProjBias && part(this.inProjBias));
  }

  /** Each input times its `parts` of the weight, which is split once, so that one pass joins the parts' gradients. */
  #projectEach(inputs: readonly Tensor[], parts: readonly number[]): [Tensor, Tensor?, Tensor?] {
    const cut = (t: Tensor) =>
      split(
        t,
        parts.map((n) => n * this.embedDim),
      );
    const weights = cut(this.inProjWeight);
    const biases = this.inProjBias && cut(this.inProjBias);
    return inputs.map((x, i) => affine(this.#given(x), weights[i]!, biases?.[i])) as [Tensor, Tensor?, Tensor?];
  }

  /** x itself. @throws ShapeError unless it is [B, T, embedDim] */
  #given(x: Tensor): Tensor {
    const { embedDim } = this;
    const fits = (shape: Shape) => shape.length === 3 && shape[2] === embedDim;
    checkGiven("MultiheadAttention", x, fits, "x [B, T, embedDim]", { embedDim });
    return x;
  }
}

/**
 * Additive attention: weights are the softmax of `vᵀ·tanh(W·query + U·key)`, the result is the weighted sum of the keys.
 * @see Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to align and translate", §A.1.2
 */
export class AdditiveAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly score: Linear;

  constructor(queryDim: number, keyDim: number, hiddenDim: number) {
    super();
    checkWhole("AdditiveAttention", { queryDim, keyDim, hiddenDim });
    this.query = new Linear(queryDim, hiddenDim, { bias: false });
    this.key = new Linear(keyDim, hiddenDim);
    this.score = new Linear(hiddenDim, 1, { bias: false });
  }

  /** Self-attention, for layers whose queries and keys have the same size. */
  override forward(x: Tensor, options: AttendOptions = {}): Tensor {
    return this.attend(x, x, options).context;
  }

  /**
   * @param query [B, Tq, queryDim]
   * @param keys [B, Tk, keyDim]
   * @returns `context` [B, Tq, keyDim], and `weights` [B, Tq, Tk]
   */
  attend(query: Tensor, keys: Tensor, options: AttendOptions = {}): { context: Tensor; weights: Tensor } {
    optionsOf("AdditiveAttention", options, ATTEND_OPTIONS);
    const [queryDim, keyDim] = [this.query.inFeatures, this.key.inFeatures];
    const endsWith = (dim: number) => (shape: Shape) => shape.length === 3 && shape[2] === dim;
    checkGiven("AdditiveAttention", query, endsWith(queryDim), "query [B, Tq, queryDim]", { queryDim });
    checkGiven("AdditiveAttention", keys, endsWith(keyDim), "keys [B, Tk, keyDim]", { keyDim });
    const [batch, tq] = query.shape as [number, number];
    const tk = keys.shape[1]!;
    const q = reshape(this.query.forward(query), [batch, tq, 1, -1]);
    const k = reshape(this.key.forward(keys), [batch, 1, tk, -1]);
    const scores = reshape(this.score.forward(tanh(add(q, k))), [batch, tq, tk]);
    const weights = attentionWeights("AdditiveAttention", scores, options);
    options.onWeights?.(reshape(weights, [batch, 1, tq, tk]));
    return { context: matmul(weights, keys), weights };
  }
}
