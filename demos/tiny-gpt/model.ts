import {
  add,
  Dropout,
  Embedding,
  type Generator,
  gelu,
  init,
  type KeyValueCache,
  LayerNorm,
  LearnedPositions,
  Linear,
  Module,
  MultiheadAttention,
  matmul,
  recompute,
  type Tensor,
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
  /** Whether blocks are computed once more for their gradients, instead of being kept until then. */
  readonly recompute?: boolean;
  /** Where dropout's random numbers come from. */
  readonly generator?: Generator;
}

/** Attention among the tokens, then a network for each of them; both read a normalised x and add to it. */
export class Block extends Module {
  readonly norm1: LayerNorm;
  readonly attention: MultiheadAttention;
  readonly norm2: LayerNorm;
  readonly up: Linear;
  readonly down: Linear;
  readonly drop: Dropout;

  constructor({ width, heads, layers, dropout = 0, generator }: TinyGptSizes) {
    super();
    const deviation = 0.6 / Math.sqrt(width);
    // What is added layer after layer begins so small that the sum keeps its size.
    const small = deviation / Math.sqrt(2 * layers);
    const biasInit = init.zeros;
    this.norm1 = new LayerNorm(width);
    this.attention = new MultiheadAttention(width, heads, { dropout, generator });
    this.norm2 = new LayerNorm(width);
    this.up = new Linear(width, 4 * width, { init: init.normal(0, deviation), biasInit });
    this.down = new Linear(4 * width, width, { init: init.normal(0, small), biasInit });
    this.drop = new Dropout(dropout, generator);
  }

  /** x [B, T, width] → the same. Causal: a token sees itself and those before it; with a cache also those in there. */
  override forward(x: Tensor, cache?: KeyValueCache): Tensor {
    const { norm1, attention, norm2, up, down, drop } = this;
    const read = norm1.forward(x);
    const seen = cache ? attention.attendCached(read, cache) : attention.forward(read, { causal: true });
    const h = add(x, drop.forward(seen));
    const hidden = gelu(up.forward(norm2.forward(h)), { approximate: "tanh" }); // as GPT-2 has it
    return add(h, drop.forward(down.forward(hidden)));
  }
}

/**
 * A GPT: a decoder-only transformer that predicts, at each place of a text, the next token.
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2)
 */
export class TinyGpt extends Module {
  readonly tokens: Embedding;
  readonly positions: LearnedPositions;
  readonly drop: Dropout;
  readonly blocks: Block[];
  readonly norm: LayerNorm;
  readonly head: Linear | undefined;

  constructor(readonly sizes: TinyGptSizes) {
    super();
    const { vocabulary, length, width, layers, tied, dropout = 0, generator } = sizes;
    const small = init.normal(0, 0.02);
    // Large enough to be heard beside what the blocks add; a head that reads it wants it small.
    this.tokens = new Embedding(vocabulary, width, { init: tied ? small : init.normal(0, 0.3) });
    this.positions = new LearnedPositions(length, width);
    this.drop = new Dropout(dropout, generator);
    this.blocks = Array.from({ length: layers }, () => new Block(sizes));
    this.norm = new LayerNorm(width);
    if (!tied) this.head = new Linear(width, vocabulary, { bias: false, init: small });
  }

  /** ids i32 [B, T] → logits [B, T, vocabulary]: what follows each token, seen from it and those before it. */
  override forward(ids: Tensor): Tensor {
    let x = this.embed(ids);
    for (const block of this.blocks) {
      const read = x;
      x = this.sizes.recompute ? recompute(() => block.forward(read)) : block.forward(read);
    }
    return this.read(x);
  }

  /** The same for tokens that follow those of a cache, one a block; they are added to it. */
  forwardCached(ids: Tensor, caches: readonly KeyValueCache[]): Tensor {
    let x = this.embed(ids, caches[0]!.position);
    for (const [i, block] of this.blocks.entries()) x = block.forward(x, caches[i]);
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
