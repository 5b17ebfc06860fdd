import { checkWhole } from "../core/shape";
import { checkGenerator, type Generator } from "../graph/generator";
import { checkOption, checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { gru } from "../ops/gru";
import { type LstmResult, lstm } from "../ops/lstm";
import { type RecurrentOptions, type RecurrentResult, type RecurrentWeights, rnn } from "../ops/rnn";
import { checkGiven } from "./given";
import { type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface RecurrentLayerOptions {
  /** Layers, each over the output of the one before; default 1. */
  readonly numLayers?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Sequences are [N, T, …]; default false: [T, N, …]. */
  readonly batchFirst?: boolean;
  /** Share of the elements that are dropped between layers while training; default 0. */
  readonly dropout?: number;
  /** A second direction, from the last valid step to the first; default false. */
  readonly bidirectional?: boolean;
  /** First values of the weights and biases; default uniform in ±1/√hiddenSize. */
  readonly init?: Initializer;
  /** Where dropout's random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator;
}

const OPTIONS = "numLayers bias batchFirst dropout bidirectional init generator";

export interface RecurrentRun {
  /** First states, [layers·directions, N, H]; default 0. */
  readonly h0?: Tensor | undefined;
  /** How many steps of each sequence are valid, i32 [N]; default all. */
  readonly lengths?: Tensor | undefined;
}

/** What the recurrent layers share. Names of the states are PyTorch's: `weight_ih_l0`, …, `bias_hh_l1_reverse`. */
abstract class Recurrent extends Module {
  /** One for each layer, or two, the forward direction first. */
  readonly weights: readonly RecurrentWeights[];

  constructor(
    readonly name: string,
    gates: number,
    readonly inputSize: number,
    readonly hiddenSize: number,
    readonly options: RecurrentLayerOptions,
  ) {
    super();
    const { numLayers = 1, bias = true, dropout = 0, init = uniformByFanIn, generator } = options;
    checkWhole(name, { inputSize, hiddenSize, numLayers });
    const isShare = typeof dropout === "number" && dropout >= 0 && dropout < 1;
    checkOption(name, "dropout", dropout, isShare, "0 ≤ p < 1");
    if (generator !== undefined) checkGenerator(name, generator);
    const directions = options.bidirectional ? 2 : 1;
    const rows = gates * hiddenSize;
    const fans = { fanIn: hiddenSize, fanOut: rows };
    const made = (state: string, shape: readonly number[]) => initialized(state, shape, fans, init);
    this.weights = Array.from({ length: numLayers * directions }, (_, i) => ({
      weightIh: made("weight_ih", [rows, i < directions ? inputSize : directions * hiddenSize]),
      weightHh: made("weight_hh", [rows, hiddenSize]),
      ...(bias && { biasIh: made("bias_ih", [rows]), biasHh: made("bias_hh", [rows]) }),
    }));
  }

  /** The last layer's states, see the `output` of {@link RecurrentResult}. */
  override forward(x: Tensor): Tensor {
    return this.run(x).output;
  }

  abstract run(x: Tensor, given?: RecurrentRun): RecurrentResult;

  override namedStates(prefix = ""): [string, Tensor][] {
    const directions = this.options.bidirectional ? 2 : 1;
    return this.weights.flatMap(({ weightIh, weightHh, biasIh, biasHh }, i): [string, Tensor][] => {
      const suffix = `_l${Math.floor(i / directions)}${i % directions ? "_reverse" : ""}`;
      const named = { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh };
      return Object.entries(named).flatMap(([name, t]): [string, Tensor][] =>
        t ? [[`${prefix}${name}${suffix}`, t]] : [],
      );
    });
  }

  /** What the ops take besides the weights. @throws ShapeError unless x has the input size of the layer */
  protected given<R extends RecurrentRun>(x: Tensor, run: R): RecurrentOptions & R {
    const { inputSize } = this;
    const wants = this.options.batchFirst ? "x [N, T, inputSize]" : "x [T, N, inputSize]";
    checkGiven(this.name, x, (shape) => shape.length === 3 && shape[2] === inputSize, wants, { inputSize });
    const { batchFirst = false, bidirectional = false, dropout = 0, generator } = this.options;
    return { batchFirst, bidirectional, dropout, generator, training: this.training, ...run };
  }
}

export interface LstmRun extends RecurrentRun {
  /** First states of the cells, [layers·directions, N, H]; default 0. */
  readonly c0?: Tensor | undefined;
}

/** Long short-term memory, see {@link lstm}. x [T, N, inputSize] → [T, N, directions·hiddenSize] (or batch first). */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentLayerOptions = {}) {
    super("LSTM", 4, inputSize, hiddenSize, optionsOf("LSTM", options, OPTIONS));
  }

  /** With first states and lengths. @returns the last layer's states, and those of all layers after the last step */
  override run(x: Tensor, given: LstmRun = {}): LstmResult {
    return lstm(x, this.weights, this.given(x, optionsOf("LSTM", given, "h0 c0 lengths")));
  }
}

export interface GruLayerOptions extends RecurrentLayerOptions {
  /** True (default, as in PyTorch): the reset gate scales the product of the state; false (the default in ONNX): the state. */
  readonly linearBeforeReset?: boolean;
}

/** Gated recurrent units, see {@link gru}. x [T, N, inputSize] → [T, N, directions·hiddenSize] (or batch first). */
export class GRU extends Recurrent {
  readonly linearBeforeReset: boolean;

  constructor(inputSize: number, hiddenSize: number, options: GruLayerOptions = {}) {
    const { linearBeforeReset = true, ...rest } = optionsOf("GRU", options, `${OPTIONS} linearBeforeReset`);
    super("GRU", 3, inputSize, hiddenSize, rest);
    this.linearBeforeReset = linearBeforeReset;
  }

  /** With first states and lengths. @returns the last layer's states, and those of all layers after the last step */
  override run(x: Tensor, given: RecurrentRun = {}): RecurrentResult {
    return gru(x, this.weights, {
      ...this.given(x, optionsOf("GRU", given, "h0 lengths")),
      linearBeforeReset: this.linearBeforeReset,
    });
  }
}

export interface RnnLayerOptions extends RecurrentLayerOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/** Elman's network, see {@link rnn}. x [T, N, inputSize] → [T, N, directions·hiddenSize] (or batch first). */
export class RNN extends Recurrent {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RnnLayerOptions = {}) {
    const { nonlinearity = "tanh", ...rest } = optionsOf("RNN", options, `${OPTIONS} nonlinearity`);
    checkWord("RNN", "nonlinearity", nonlinearity, ["tanh", "relu"]);
    super("RNN", 1, inputSize, hiddenSize, rest);
    this.nonlinearity = nonlinearity;
  }

  /** With first states and lengths. @returns the last layer's states, and those of all layers after the last step */
  override run(x: Tensor, given: RecurrentRun = {}): RecurrentResult {
    return rnn(x, this.weights, {
      ...this.given(x, optionsOf("RNN", given, "h0 lengths")),
      nonlinearity: this.nonlinearity,
    });
  }
}
