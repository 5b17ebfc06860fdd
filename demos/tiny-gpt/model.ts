import {
  Dropout,
  Embedding,
  type Generator,
  init,
  type KeyValueCache,
  LayerNorm,
  LearnedPositions,
  Linear,
  Module,
  matmul,
  type Tensor,
  TransformerEncoderLayer,
} from "../../src/index";

export interface TinyGptSizes {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** The longest text that the model sees at once, in tokens. */
  readonly length: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Whether the head reads the rows of the token embedding instead of weights of its own. */
  readonly tied: boolean;
  readonly dropout?: number;
  /** Where dropout's random numbers come from. */
  readonly generator?: Generator;
}

/**
 * A GPT: a decoder-only transformer that predicts, at each place of a text, the next token.
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2)
 */
export class TinyGpt extends Module {
  readonly tokens: Embedding;
  readonly positions: LearnedPositions;
  readonly drop: Dropout;
  readonly blocks: TransformerEncoderLayer[];
  readonly norm: LayerNorm;
  readonly head: Linear | undefined;

  constructor(readonly sizes: TinyGptSizes) {
    super();
    const { vocabulary, length, width, layers, heads, tied, dropout = 0, generator } = sizes;
    const small = init.normal(0, 0.02);
    this.tokens = new Embedding(vocabulary, width, { init: small });
    this.positions = new LearnedPositions(length, width);
    this.drop = new Dropout(dropout, generator);
    this.blocks = Array.from(
      { length: layers },
      () =>
        new TransformerEncoderLayer(width, heads, {
          dimFeedforward: 4 * width,
          activation: "geluTanh", // GELU as GPT-2 has it
          normFirst: true,
          dropout,
          generator,
        }),
    );
    this.norm = new LayerNorm(width);
    if (!tied) this.head = new Linear(width, vocabulary, { bias: false, init: small });
  }

  /** ids i32 [B, T] → logits [B, T, vocabulary]: what follows each token, seen from it and those before it. */
  override forward(ids: Tensor): Tensor {
    let x = this.embed(ids);
    for (const block of this.blocks) x = block.forward(x, { causal: true });
    return this.read(x);
  }

  /** The same for tokens that follow those of a cache, one a block; they are added to it. */
  forwardCached(ids: Tensor, caches: readonly KeyValueCache[]): Tensor {
    let x = this.embed(ids, caches[0]!.position);
    for (const [i, block] of this.blocks.entries()) x = block.forwardCached(x, caches[i]!);
    return this.read(x);
  }

  /** What a token is, and where it stands. */
  embed(ids: Tensor, first?: Tensor): Tensor {
    return this.drop.forward(this.positions.forward(this.tokens.forward(ids), first));
  }

  /** Logits from what a block gives. */
  read(x: Tensor): Tensor {
    const normed = this.norm.forward(x);
    return this.head ? this.head.forward(normed) : matmul(normed, this.tokens.weight, { transB: true });
  }
}
