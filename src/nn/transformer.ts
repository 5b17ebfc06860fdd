import { ShapeError } from "../core/errors";
import { checkWhole } from "../core/shape";
import type { Generator } from "../graph/generator";
import { checkEps, checkWord, optionsOf } from "../graph/options";
import { recompute } from "../graph/segment";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import type { KeyValueCache } from "../ops/attendCached";
import { checkProbability, dropout } from "../ops/dropout";
import { gelu } from "../ops/gelu";
import { mul } from "../ops/mul";
import { relu } from "../ops/relu";
import { silu } from "../ops/silu";
import { slice } from "../ops/slice";
import { type AttendOptions, MultiheadAttention } from "./attention";
import { LayerNorm } from "./layerNorm";
import { Linear } from "./linear";
import { Module } from "./module";

/** `geluTanh` is GELU by its tanh approximation; with `swiglu` the first product is twice as wide, and one half gates the other. */
export type FeedForwardActivation = "relu" | "gelu" | "geluTanh" | "swiglu";

export interface TransformerLayerOptions {
  /** Width of the hidden layer; default 2048. */
  readonly dimFeedforward?: number;
  /** Probability of dropout for attention weights, hidden layer and what is added to the residual; default 0.1. */
  readonly dropout?: number;
  /** Default relu. */
  readonly activation?: FeedForwardActivation;
  /** Added to variances by the layer norms; default 1e-5. */
  readonly layerNormEps?: number;
  /** Normalise the input of each part instead of the sum after it; default false. */
  readonly normFirst?: boolean;
  /** Whether projections and norms have a bias; default true. */
  readonly bias?: boolean;
  /** Where dropout's random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
  /** Keep only the layer's result, and compute what its gradients need once more ({@link recompute}); default false. */
  readonly recompute?: boolean;
}

/** What encoder and decoder layers share. */
abstract class TransformerLayer extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;

  constructor(
    name: string,
    readonly dModel: number,
    readonly numHeads: number,
    readonly options: TransformerLayerOptions,
  ) {
    super();
    optionsOf(name, options, "dimFeedforward dropout activation layerNormEps normFirst bias generator recompute");
    const { dimFeedforward = 2048, dropout = 0.1, activation = "relu", layerNormEps = 1e-5, bias = true } = options;
    checkProbability(name, dropout);
    checkEps(name, layerNormEps);
    checkWhole(name, { dModel, dimFeedforward });
    checkWord(name, "activation", activation, ["relu", "gelu", "geluTanh", "swiglu"]);
    this.selfAttn = this.attention();
    this.linear1 = new Linear(dModel, activation === "swiglu" ? 2 * dimFeedforward : dimFeedforward, { bias });
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = this.norm();
    this.norm2 = this.norm();
  }

  protected attention(): MultiheadAttention {
    const { dropout = 0.1, bias = true, generator } = this.options;
    return new MultiheadAttention(this.dModel, this.numHeads, { dropout, bias, generator });
  }

  protected norm(): LayerNorm {
    const { layerNormEps: eps = 1e-5, bias = true } = this.options;
    return new LayerNorm(this.dModel, { eps, bias });
  }

  protected drop(x: Tensor): Tensor {
    const { dropout: p = 0.1, generator } = this.options;
    return dropout(x, p, { training: this.training, generator });
  }

  /** x plus the result of a part, normalised before the part or after the sum. */
  protected residual(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    if (this.options.normFirst) return add(x, this.drop(part(norm.forward(x))));
    return norm.forward(add(x, this.drop(part(x))));
  }

  protected feedForward(x: Tensor): Tensor {
    return this.linear2.forward(this.drop(this.#activate(this.linear1.forward(x))));
  }

  /** The result of `pass`, recomputed for gradients if the options say so. */
  protected passed(pass: () => Tensor): Tensor {
    return this.options.recompute ? recompute(pass) : pass();
  }

  #activate(x: Tensor): Tensor {
    const { activation = "relu" } = this.options;
    if (activation === "relu") return relu(x);
    if (activation !== "swiglu") return gelu(x, { approximate: activation === "gelu" ? "none" : "tanh" });
    const half = x.shape.at(-1)! / 2;
    return mul(silu(slice(x, -1, 0, half)), slice(x, -1, half));
  }
}

/**
 * Self-attention and a feed-forward network, each with a residual and a layer norm. x [B, T, dModel] → the same. Names and
 * layouts are PyTorch's; with `causal` it is the block of a GPT.
 * @see Vaswani et al. 2017, "Attention is all you need", §3.1; Xiong et al. 2020 on the place of the norm; Shazeer 2020,
 * "GLU variants improve transformer"
 */
export class TransformerEncoderLayer extends TransformerLayer {
  constructor(dModel: number, numHeads: number, options: TransformerLayerOptions = {}) {
    super("TransformerEncoderLayer", dModel, numHeads, options);
  }

  override forward(x: Tensor, options: AttendOptions = {}): Tensor {
    return this.passed(() => {
      const attended = this.residual(x, this.norm1, (h) => this.selfAttn.forward(h, options));
      return this.residual(attended, this.norm2, (h) => this.feedForward(h));
    });
  }

  /** New positions [B, n, dModel] after those in a cache, to which they are added: see {@link MultiheadAttention.attendCached}. */
  forwardCached(x: Tensor, cache: KeyValueCache): Tensor {
    const attended = this.residual(x, this.norm1, (h) => this.selfAttn.attendCached(h, cache));
    return this.residual(attended, this.norm2, (h) => this.feedForward(h));
  }
}

export interface DecodeOptions {
  /** Which of the decoder's own positions each position sees; default itself and the earlier ones. */
  readonly self?: AttendOptions;
  /** Which positions of the memory it sees; default all. */
  readonly memory?: AttendOptions;
}

/** A {@link TransformerEncoderLayer} that between its two parts attends to the output of an encoder. */
export class TransformerDecoderLayer extends TransformerLayer {
  readonly multiheadAttn: MultiheadAttention;
  readonly norm3: LayerNorm;

  constructor(dModel: number, numHeads: number, options: TransformerLayerOptions = {}) {
    super("TransformerDecoderLayer", dModel, numHeads, options);
    this.multiheadAttn = this.attention();
    this.norm3 = this.norm();
  }

  /**
   * @param x [B, T, dModel]
   * @param memory [B, S, dModel]: the output of the encoder, required
   * @throws ShapeError where it is missing
   */
  override forward(x: Tensor, memory?: Tensor, options: DecodeOptions = {}): Tensor {
    const { self = { causal: true }, memory: seen = {} } = optionsOf("TransformerDecoderLayer", options, "self memory");
    if (!memory)
      throw new ShapeError("TransformerDecoderLayer", "wants the encoder's output as its second argument", {});
    return this.passed(() => {
      const own = this.residual(x, this.norm1, (h) => this.selfAttn.forward(h, self));
      const both = this.residual(own, this.norm2, (h) => this.multiheadAttn.attend(h, memory, memory, seen));
      return this.residual(both, this.norm3, (h) => this.feedForward(h));
    });
  }

  /**
   * New positions [B, n, dModel] after those in a cache, to which they are added: see {@link MultiheadAttention.attendCached}.
   * @param projected what `multiheadAttn.projectMemory` made of the encoder's output, once for the whole sequence
   * @param seen which positions of the memory are seen; default all
   */
  forwardCached(
    x: Tensor,
    cache: KeyValueCache,
    projected: Tensor,
    seen: Pick<AttendOptions, "lengths" | "mask"> = {},
  ): Tensor {
    const own = this.residual(x, this.norm1, (h) => this.selfAttn.attendCached(h, cache));
    const both = this.residual(own, this.norm2, (h) => this.multiheadAttn.attendProjected(h, projected, seen));
    return this.residual(both, this.norm3, (h) => this.feedForward(h));
  }
}
