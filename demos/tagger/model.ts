import { concat, Embedding, init, Linear, LSTM, Module, reshape, slice, type Tensor } from "../../src/index";
import { TAG_NAMES } from "./data";
import { FEATURES, type Feature } from "./features";

/** What decides the network's shape. */
export interface Sizes {
  /** Elements of a word's own vector. */
  readonly width: number;
  /** Units of the LSTM in each direction. */
  readonly hidden: number;
  /** Layers, each over the one before. */
  readonly layers: number;
}

/** Elements of the vectors of a word's endings and shape. */
const FORM = { suffix3: 32, suffix2: 16, suffix1: 8, shape: 8 };
/** Vectors begin small: those of rare words are still noise at the end, and must not drown the word's form. */
const SMALL = { init: init.normal(0, 0.1) };

/** Tags words: every word becomes a vector of what it is and how it is written, an LSTM reads the sentence both ways. */
export class Tagger extends Module {
  readonly embeddings: readonly Embedding[];
  readonly recurrent: LSTM;
  readonly head: Linear;

  constructor(vocabulary: Readonly<Record<Feature, number>>, { width, hidden, layers }: Sizes) {
    super();
    const widths = { word: width, ...FORM };
    this.embeddings = FEATURES.map((f) => new Embedding(vocabulary[f], widths[f], SMALL));
    const inputs = FEATURES.reduce((sum, f) => sum + widths[f], 0);
    this.recurrent = new LSTM(inputs, hidden, { numLayers: layers, batchFirst: true, bidirectional: true });
    this.head = new Linear(2 * hidden, TAG_NAMES.length);
  }

  /**
   * @param ids i32 [features, N, T]
   * @param lengths words of each sentence, i32 [N]; what is beyond changes nothing
   * @param drop leaves some elements out, while it learns
   */
  run(ids: Tensor, lengths?: Tensor, drop: (x: Tensor) => Tensor = (x) => x): Tensor {
    const [, n, t] = ids.shape as [number, number, number];
    const vectors = this.embeddings.map((e, i) => e.forward(reshape(slice(ids, 0, i, i + 1), [n, t])));
    const words = drop(concat(vectors, 2)); // [N, T, inputs]
    const { output } = this.recurrent.run(words, { lengths }); // → [N, T, 2 · hidden]
    return this.head.forward(drop(output)); // → [N, T, tags]
  }

  override forward(ids: Tensor): Tensor {
    return this.run(ids);
  }
}
