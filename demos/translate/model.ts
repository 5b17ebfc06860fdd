import {
  AdditiveAttention,
  concat,
  Embedding,
  type EmbeddingLayerOptions,
  init,
  type KeyValueCache,
  LayerNorm,
  LearnedPositions,
  Linear,
  LSTM,
  Module,
  type Tensor,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  tanh,
} from "../../src/index";

/** What decides a network's shape. */
export interface Sizes {
  /** Different characters of sources, and of translations. */
  readonly source: number;
  readonly target: number;
  /** Characters of the longest ones. */
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

/** What a network knows of sentences: of what it has read, and of what it has written so far. The lengths are those read. */
export type Memory = { readonly lengths: Tensor } & Readonly<Record<string, Tensor>>;

export interface Written {
  /** [B, T, target]: what comes after each character. */
  readonly logits: Tensor;
  readonly memory: Memory;
}

/** Is given [B, heads, T, S]: how much each character written takes from each one read. Layer after layer. */
export type Watch = (weights: Tensor) => void;

/** Reads a sentence, then writes another, character by character; what is written so far decides what comes next. */
export abstract class Translator extends Module {
  readonly sourceEmbedding: Embedding;
  readonly targetEmbedding: Embedding;
  readonly head: Linear;

  /** @param options of the characters' vectors */
  constructor({ source, target, width }: Sizes, options: EmbeddingLayerOptions = {}) {
    super();
    this.sourceEmbedding = new Embedding(source, width, options);
    this.targetEmbedding = new Embedding(target, width, options);
    this.head = new Linear(width, target);
  }

  /** Logits for each character of a known translation, from those before it and the source. */
  override forward(source: Tensor, lengths?: Tensor, written?: Tensor): Tensor {
    return this.write(written!, this.read(source, lengths!)).logits;
  }

  /** ids i32 [B, S], of which `lengths`, i32 [B], are characters: the rest is padding, which nobody looks at. */
  abstract read(ids: Tensor, lengths: Tensor): Memory;

  /** ids i32 [B, T]: what is written so far. */
  abstract write(ids: Tensor, memory: Memory, watch?: Watch): Written;

  /** The same for the next characters, once the caches hold those before them. */
  writeOn(ids: Tensor, memory: Memory, _caches: readonly KeyValueCache[]): Written {
    return this.write(ids, memory);
  }
}

/**
 * Two LSTMs: the last state of the first, which has read the sentence, is the first state of the second, which writes. All
 * that is known of the sentence must fit into it.
 * @see Sutskever, Vinyals and Le 2014, "Sequence to sequence learning with neural networks"
 */
export class Seq2Seq extends Translator {
  readonly encoder: LSTM;
  readonly decoder: LSTM;

  constructor(sizes: Sizes) {
    super(sizes);
    const options = { numLayers: sizes.layers, batchFirst: true };
    this.encoder = new LSTM(sizes.width, sizes.width, options);
    this.decoder = new LSTM(sizes.width, sizes.width, options);
  }

  override read(ids: Tensor, lengths: Tensor): Memory {
    const { output, hN, cN } = this.encoder.run(this.sourceEmbedding.forward(ids), { lengths });
    return { h: hN, c: cN, keys: output, lengths };
  }

  override write(ids: Tensor, memory: Memory, watch?: Watch): Written {
    const x = this.targetEmbedding.forward(ids);
    const { output, hN, cN } = this.decoder.run(x, { h0: memory.h, c0: memory.c });
    return { logits: this.say(output, memory, watch), memory: { ...memory, h: hN, c: cN } };
  }

  /** Logits from the decoder's states [B, T, width]. */
  protected say(states: Tensor, _memory: Memory, _watch?: Watch): Tensor {
    return this.head.forward(states);
  }
}

/**
 * The same with additive attention: with every character the decoder looks back at all states of the encoder, and takes most
 * from those that its own state asks for. As it looks after its step, not before, all steps of a known sentence go at once.
 * @see Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to align and translate"; Luong, Pham
 * and Manning 2015, "Effective approaches to attention-based neural machine translation", §3.1 (the place of the look)
 */
export class AttentiveSeq2Seq extends Seq2Seq {
  readonly attention: AdditiveAttention;
  readonly join: Linear;

  constructor(sizes: Sizes) {
    super(sizes);
    const { width } = sizes;
    this.attention = new AdditiveAttention(width, width, width);
    this.join = new Linear(2 * width, width);
  }

  protected override say(states: Tensor, { keys, lengths }: Memory, watch?: Watch): Tensor {
    const options = watch ? { lengths, onWeights: watch } : { lengths };
    const { context } = this.attention.attend(states, keys!, options);
    return this.head.forward(tanh(this.join.forward(concat([states, context], -1))));
  }
}

/**
 * No recurrence: characters read look at one another, characters written at those before them and at what was read.
 * @see Vaswani et al. 2017, "Attention is all you need"; Xiong et al. 2020 on the place of the norm
 */
export class Transformer extends Translator {
  readonly sourcePositions: LearnedPositions;
  readonly targetPositions: LearnedPositions;
  readonly encoder: TransformerEncoderLayer[];
  readonly decoder: TransformerDecoderLayer[];
  readonly encoderNorm: LayerNorm;
  readonly decoderNorm: LayerNorm;

  constructor(sizes: Sizes) {
    // As small as the positions: where a character stands counts as much as which one it is.
    super(sizes, { init: init.normal(0, 0.03) });
    const { width, heads, layers, sourceLength, targetLength } = sizes;
    const options = { dimFeedforward: 2 * width, dropout: 0, normFirst: true } as const;
    this.sourcePositions = new LearnedPositions(sourceLength, width);
    this.targetPositions = new LearnedPositions(targetLength, width);
    this.encoder = Array.from({ length: layers }, () => new TransformerEncoderLayer(width, heads, options));
    this.decoder = Array.from({ length: layers }, () => new TransformerDecoderLayer(width, heads, options));
    this.encoderNorm = new LayerNorm(width);
    this.decoderNorm = new LayerNorm(width);
  }

  override read(ids: Tensor, lengths: Tensor): Memory {
    let x = this.sourcePositions.forward(this.sourceEmbedding.forward(ids));
    for (const layer of this.encoder) x = layer.forward(x, { lengths });
    const read = this.encoderNorm.forward(x);
    // What each layer of the decoder looks at, made once for all characters that will be written.
    const projected = this.decoder.map((layer, i) => [`layer${i}`, layer.multiheadAttn.projectMemory(read)]);
    return { lengths, read, ...Object.fromEntries(projected) };
  }

  override write(ids: Tensor, memory: Memory, watch?: Watch): Written {
    const { lengths, read } = memory;
    const seen = watch ? { lengths, onWeights: watch } : { lengths };
    let x = this.targetPositions.forward(this.targetEmbedding.forward(ids));
    for (const layer of this.decoder) x = layer.forward(x, read, { self: { causal: true }, memory: seen });
    return { logits: this.head.forward(this.decoderNorm.forward(x)), memory };
  }

  override writeOn(ids: Tensor, memory: Memory, caches: readonly KeyValueCache[]): Written {
    const { lengths } = memory;
    let x = this.targetPositions.forward(this.targetEmbedding.forward(ids), caches[0]!.position);
    for (const [i, layer] of this.decoder.entries())
      x = layer.forwardCached(x, caches[i]!, memory[`layer${i}`]!, { lengths });
    return { logits: this.head.forward(this.decoderNorm.forward(x)), memory };
  }
}
