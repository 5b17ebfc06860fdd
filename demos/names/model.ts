import { Dropout, Embedding, type Generator, GRU, Linear, Module, type Tensor } from "../../src/index";

/** What decides the networks' shape. */
export interface Sizes {
  /** Units of each recurrent layer. */
  readonly hidden: number;
  /** Share of the values that are dropped while training. */
  readonly dropout: number;
}

/** What a letter is to both networks: its number, 0 the end of a name, 1 … 26 a … z, 27 a hyphen. */
export const LETTERS = 28;
/** Names given to girls, names given to boys. To the writer the wanted kind is one more letter, before the first. */
export const KINDS = 2;
const EMBEDDING = 24;

/** Many to one: reads a name letter by letter, and judges from what it remembers at the end. */
export class NameReader extends Module {
  readonly embedding = new Embedding(LETTERS, EMBEDDING);
  readonly gru: GRU;
  readonly drop: Dropout;
  readonly head: Linear;

  constructor({ hidden, dropout }: Sizes, generator: Generator) {
    super();
    this.gru = new GRU(EMBEDDING, hidden, { batchFirst: true });
    this.drop = new Dropout(dropout, generator);
    this.head = new Linear(hidden, KINDS);
  }

  /** @param ids letters of names, i32 [N, T] @param lengths how many of them count, i32 [N] @returns logits [N, 2] */
  override forward(ids: Tensor, lengths?: Tensor): Tensor {
    return this.head.forward(this.drop.forward(this.remember(ids, lengths)));
  }

  /** What it holds after the last letter of each name, [N, hidden]. */
  remember(ids: Tensor, lengths?: Tensor): Tensor {
    const x = this.drop.forward(this.embedding.forward(ids)); // [N, T] → [N, T, 24]
    const { hN } = this.gru.run(x, { lengths }); // → [1, N, hidden]
    return hN.squeeze(0);
  }

  /** What it holds, and would say, after every letter: states [N, T, hidden] and logits [N, T, 2]. */
  follow(ids: Tensor): { states: Tensor; logits: Tensor } {
    const states = this.gru.forward(this.embedding.forward(ids));
    return { states, logits: this.head.forward(states) };
  }
}

/** Many to many: guesses each next letter of a name of the wanted kind. What it guesses, fed back to it, is a new name. */
export class NameWriter extends Module {
  readonly embedding = new Embedding(LETTERS + KINDS, EMBEDDING);
  readonly gru: GRU;
  readonly drop: Dropout;
  readonly head: Linear;

  constructor({ hidden, dropout }: Sizes, generator: Generator) {
    super();
    this.gru = new GRU(EMBEDDING, hidden, { batchFirst: true });
    this.drop = new Dropout(dropout, generator);
    this.head = new Linear(hidden, LETTERS);
  }

  /** @param ids the kind, then letters, i32 [N, T] @returns logits of the letter after each, [N, T, 28] */
  override forward(ids: Tensor): Tensor {
    return this.run(ids).logits;
  }

  /** Goes on from what it remembers of the letters before, [1, N, hidden]. */
  run(ids: Tensor, h0?: Tensor): { logits: Tensor; memory: Tensor } {
    const x = this.embedding.forward(ids);
    const { output, hN } = this.gru.run(x, { h0 });
    return { logits: this.head.forward(this.drop.forward(output)), memory: hN };
  }
}

/** Both, side by side: they learn from the same names, and share nothing. */
export class NameNetworks extends Module {
  readonly reader: NameReader;
  readonly writer: NameWriter;

  constructor(sizes: Sizes, generator: Generator) {
    super();
    this.reader = new NameReader(sizes, generator);
    this.writer = new NameWriter(sizes, generator);
  }

  override forward(ids: Tensor): Tensor {
    return this.reader.forward(ids);
  }
}
