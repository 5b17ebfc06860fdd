import { ShapeError } from "../core/errors";
import { sameShape, showShape, showSpec } from "../core/shape";
import type { Generator } from "../graph/generator";
import { checkTensors } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { concat } from "./concat";
import { dropout } from "./dropout";
import { matmul } from "./matmul";
import { type RecurrenceOptions, type RecurrenceResult, recurrence } from "./recurrence";
import { reshape } from "./reshape";
import { slice } from "./slice";

/** Weights of one layer in one direction, laid out as in PyTorch; `gates` is 4 for an LSTM, 3 for a GRU, else 1. */
export interface RecurrentWeights {
  /** [gates·H, D]; after the first layer D is H, or 2·H with `bidirectional`. */
  readonly weightIh: Tensor;
  /** [gates·H, H] */
  readonly weightHh: Tensor;
  /** [gates·H] */
  readonly biasIh?: Tensor | undefined;
  /** [gates·H] */
  readonly biasHh?: Tensor | undefined;
}

export interface RecurrentOptions {
  /** First states, [layers·directions, N, H]; default 0. */
  readonly h0?: Tensor | undefined;
  /** How many steps of each sequence are valid, i32 [N]; default all. Below 0 counts as 0, above T as T. */
  readonly lengths?: Tensor | undefined;
  /** x and the output are [N, T, …]; default false: [T, N, …]. */
  readonly batchFirst?: boolean;
  /** A second direction, from the last valid step to the first; default false. */
  readonly bidirectional?: boolean;
  /** Share of the elements that are dropped between layers; default 0. */
  readonly dropout?: number;
  /** Whether dropout drops; default true. */
  readonly training?: boolean;
  /** Where dropout's random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
}

export interface RnnOptions extends RecurrentOptions {
  /** f; default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

export interface RecurrentResult {
  /** The last layer's states, [T, N, directions·H] (or batch first); 0 at steps that are not valid. */
  readonly output: Tensor;
  /** States after the last valid step, [layers·directions, N, H]. */
  readonly hN: Tensor;
}

/**
 * Elman's recurrent network over whole sequences, `h′ = f(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)`, f tanh or ReLU.
 *
 * @param x [T, N, D] f32, or [N, T, D] with `batchFirst`
 * @param weights one for each layer; with `bidirectional` two, the forward direction first
 * @throws ShapeError, DTypeError
 * @see Elman 1990, "Finding structure in time"
 */
export function rnn(x: Tensor, weights: readonly RecurrentWeights[], options: RnnOptions = {}): RecurrentResult {
  const { nonlinearity = "tanh" } = optionsOf("rnn", options, `${RECURRENT_OPTIONS} nonlinearity`);
  checkWord("rnn", "nonlinearity", nonlinearity, ["tanh", "relu"]);
  const { output, hN } = network("rnn", x, weights, options, 1, (shares, w, o) =>
    recurrence(nonlinearity, shares(w.biasIh, w.biasHh), w.weightHh, o),
  );
  return { output, hN };
}

/** What the inputs contribute to the gates of one layer and direction: `x·W_ihᵀ` and these biases. */
type Shares = (...biases: (Tensor | undefined)[]) => Tensor;

/** One layer in one direction. */
type Direction = (shares: Shares, w: RecurrentWeights, options: RecurrenceOptions) => RecurrenceResult;

/** The names of {@link RecurrentOptions}. */
export const RECURRENT_OPTIONS = "h0 lengths batchFirst bidirectional dropout training generator";

/** What all kinds of network share: layers, directions, dropout between layers. @param gates how many a cell has */
export function network(
  name: string,
  x: Tensor,
  weights: readonly RecurrentWeights[],
  options: RecurrentOptions & { readonly c0?: Tensor | undefined },
  gates: number,
  direction: Direction,
): RecurrentResult & { readonly cN: Tensor | undefined } {
  const { h0, c0, lengths, batchFirst = false, bidirectional = false } = options;
  const { training = true, generator } = options;
  const directions = bidirectional ? 2 : 1;
  checkNetwork(name, x, weights, options, gates, directions);
  const [batch, hidden] = [x.shape[batchFirst ? 0 : 1]!, weights[0]!.weightHh.shape[1]!];
  const first = (t: Tensor | undefined, i: number) => t && reshape(slice(t, 0, i, i + 1), [batch, hidden]);
  let input = x;
  const made: RecurrenceResult[] = [];
  for (let i = 0; i < weights.length; i += directions) {
    const layerInput = input;
    const layer = weights.slice(i, i + directions).map((w, d) => {
      const states = { h0: first(h0, i + d), c0: first(c0, i + d) };
      return direction(sharesOf(layerInput, w), w, { ...states, lengths, batchFirst, reverse: d === 1 });
    });
    made.push(...layer);
    const [forward, backward] = layer;
    input = backward ? concat([forward!.output, backward.output], 2) : forward!.output;
    if (i + directions < weights.length) input = dropout(input, options.dropout ?? 0, { training, generator });
  }
  const stacked = (states: readonly Tensor[]) => {
    const single = states.map((t) => reshape(t, [1, batch, hidden]));
    return single.length > 1 ? concat(single) : single[0]!;
  };
  const cells = made.flatMap(({ cN }) => (cN ? [cN] : []));
  return { output: input, hN: stacked(made.map(({ hN }) => hN)), cN: cells.length ? stacked(cells) : undefined };
}

/** Biases are added before the product is reshaped into sequences, so that its kernel adds them. */
const sharesOf =
  (input: Tensor, { weightIh }: RecurrentWeights): Shares =>
  (...biases) => {
    const product = matmul(reshape(input, [-1, input.shape[2]!]), weightIh, { transB: true });
    const biased = biases.reduce<Tensor>((sum, b) => (b ? add(sum, b) : sum), product);
    return reshape(biased, [...input.shape.slice(0, 2), -1]);
  };

function checkNetwork(
  name: string,
  x: Tensor,
  weights: readonly RecurrentWeights[],
  { h0, c0, lengths, batchFirst, dropout: p = 0 }: RecurrentOptions & { readonly c0?: Tensor | undefined },
  gates: number,
  directions: number,
): void {
  checkTensors(
    name,
    [x, h0, c0, lengths].flatMap((t, i) => (i && t == null ? [] : [t as Tensor])),
  );
  if (x.shape.length !== 3)
    throw new ShapeError(name, `x must be ${batchFirst ? "[N, T, D]" : "[T, N, D]"}`, { x: showShape(x.shape) });
  if (!weights.length || weights.length % directions)
    throw new ShapeError(name, `wants weights for each layer and ${directions} direction(s)`, {
      weights: String(weights.length),
    });
  if (!(p >= 0 && p < 1)) throw new ShapeError(name, `dropout ${p}`, { wants: "0 ≤ p < 1" });
  weights.forEach((w, i) => {
    if (!w?.weightIh || !w.weightHh)
      throw new ShapeError(
        name,
        `weights[${i}] lacks weightIh or weightHh`,
        {},
        "{ weightIh, weightHh, biasIh, biasHh }",
      );
  });
  const batch = x.shape[batchFirst ? 0 : 1]!;
  if (lengths && (lengths.dtype !== "i32" || !sameShape(lengths.shape, [batch])))
    throw new ShapeError(name, `lengths must be i32[${batch}]`, { lengths: showSpec(lengths), x: showShape(x.shape) });
  const hidden = weights[0]!.weightHh.shape.at(-1)!;
  const rows = gates * hidden;
  weights.forEach(({ weightIh, weightHh, biasIh, biasHh }, i) => {
    const features = i < directions ? x.shape[2]! : directions * hidden;
    const wants = { weightIh: [rows, features], weightHh: [rows, hidden], biasIh: [rows], biasHh: [rows] };
    for (const [key, t] of Object.entries({ weightIh, weightHh, biasIh, biasHh })) {
      const shape = wants[key as keyof typeof wants];
      if (t && !sameShape(t.shape, shape))
        throw new ShapeError(name, `${key} of weights[${i}] must be ${showShape(shape)}`, {
          [key]: showShape(t.shape),
          x: showShape(x.shape),
          H: String(hidden),
        });
    }
  });
  const states = [weights.length, batch, hidden];
  for (const [key, t] of Object.entries({ h0, c0 }))
    if (t && !sameShape(t.shape, states))
      throw new ShapeError(name, `${key} must be ${showShape(states)}`, { [key]: showShape(t.shape) });
}

/** One step as arguments of a network: x [N, D] as a sequence of one, the state [N, H] as that of one layer. */
export function stepArguments(name: string, x: Tensor, state: { readonly h?: Tensor; readonly c?: Tensor }) {
  if (x.shape.length !== 2) throw new ShapeError(name, "x must be [N, D]", { x: showShape(x.shape) });
  const layer = (t: Tensor | undefined) => t && reshape(t, [1, ...t.shape]);
  return { sequence: reshape(x, [1, ...x.shape]), h0: layer(state.h), c0: layer(state.c) };
}

/** The state of a network of one layer, [1, N, H], as [N, H]. */
export const layerState = (t: Tensor): Tensor => reshape(t, t.shape.slice(1));
