import { Embedding, GRU, Linear, LSTM, Module, RNN, type Tensor } from "../../src/index";

/** What decides the network's shape. */
export interface Sizes {
  readonly cell: "lstm" | "gru" | "rnn";
  readonly layers: number;
  readonly hidden: number;
}

/** What a network remembers of the text so far, [layers, N, hidden]: its hidden states, and of an LSTM also its cells. */
export interface Memory {
  readonly h0: Tensor;
  readonly c0?: Tensor | undefined;
}

/** What a recurrent layer gives. */
type Read = { output: Tensor; hN: Tensor; cN?: Tensor };

const EMBEDDING = 64;
const CELLS = { lstm: LSTM, gru: GRU, rnn: RNN };

/** Guesses each next character of a text: every character becomes a vector, a recurrent network reads them in turn. */
export class CharRnn extends Module {
  readonly embedding: Embedding;
  readonly recurrent: LSTM | GRU | RNN;
  readonly head: Linear;

  constructor(vocabulary: number, { cell, layers, hidden }: Sizes) {
    super();
    this.embedding = new Embedding(vocabulary, EMBEDDING);
    this.recurrent = new CELLS[cell](EMBEDDING, hidden, { numLayers: layers });
    this.head = new Linear(hidden, vocabulary);
  }

  /** Reads on from what is remembered. @param lengths characters that count, i32 [N]; default all T */
  run(ids: Tensor, memory?: Memory, lengths?: Tensor): { logits: Tensor; memory: Memory } {
    const x = this.embedding.forward(ids); // [T, N] → [T, N, 64]
    const { output, hN, cN }: Read = this.recurrent.run(x, { ...memory, lengths }); // → [T, N, hidden]
    const logits = this.head.forward(output); // → [T, N, vocabulary]
    return { logits, memory: { h0: hN, c0: cN } };
  }

  override forward(ids: Tensor): Tensor {
    return this.run(ids).logits;
  }
}
