import { DTypeError, ShapeError } from "../core/errors";
import { type Shape, sameShape, showShape } from "../core/shape";
import { CELLS, type Cell, type Recurrence } from "../families/cells";
import { gradDispatches, recurrenceDispatches, recurrenceWays } from "../families/recurrence";
import { resetFirstDispatches, resetFirstGradDispatches } from "../families/resetFirst";
import { checkDTypes, type KernelOp, noSecondDerivative, recordAll } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { concat } from "./concat";
import { full } from "./full";
import { matmul } from "./matmul";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { sum } from "./sum";

export interface RecurrenceOptions {
  /** State before the first step, [N, H]; default 0. */
  readonly h0?: Tensor | undefined;
  /** The same for the cell of an LSTM. */
  readonly c0?: Tensor | undefined;
  /** For a GRU: b_hh [3H]. It cannot be added to x, since its third part is scaled by r. */
  readonly bias?: Tensor | undefined;
  /** How many steps of each sequence are valid, i32 [N]; default all. Below 0 counts as 0, above T as T. */
  readonly lengths?: Tensor | undefined;
  /** Go from the last valid step to the first; default false. */
  readonly reverse?: boolean;
  /** x and the output are [N, T, …]; default false: [T, N, …]. */
  readonly batchFirst?: boolean;
}

export interface RecurrenceResult {
  /** The state after each step, [T, N, H]; 0 at steps that are not valid. */
  readonly output: Tensor;
  /** The state after the last step, [N, H]. */
  readonly hN: Tensor;
  /** For an LSTM: the state of the cell after the last step, [N, H]. */
  readonly cN: Tensor | undefined;
}

interface RecurrenceAttrs {
  readonly cell: Cell;
  readonly reverse: boolean;
  readonly batchFirst: boolean;
  /** Which of the optional inputs are given. */
  readonly initial: boolean;
  readonly bias: boolean;
  readonly lengths: boolean;
}

/**
 * The recurrent half of one layer in one direction, over whole sequences: what remains once the products of the inputs,
 * `x·W_ihᵀ + b`, have been computed. `lstm`, `gru` and `rnn` are made of it.
 *
 * @param cell "lstm" (gates i, f, g, o), "gru" (r, z, n), "gruResetFirst" (the same, r·h before the product), "tanh" or "relu" (one)
 * @param x [T, N, gates·H] f32: the products of the inputs
 * @param weight W_hh [gates·H, H] f32
 * @throws ShapeError, DTypeError
 * @see Hochreiter and Schmidhuber 1997, "Long short-term memory"; Cho et al. 2014, "Learning phrase representations using
 * RNN encoder–decoder"; Werbos 1990, "Backpropagation through time"
 */
export function recurrence(cell: Cell, x: Tensor, weight: Tensor, options: RecurrenceOptions = {}): RecurrenceResult {
  const {
    bias,
    lengths,
    reverse = false,
    batchFirst = false,
  } = optionsOf("recurrence", options, "h0 c0 bias lengths reverse batchFirst");
  checkWord("recurrence", "cell", cell, Object.keys(CELLS));
  const state: Shape = [x.shape[batchFirst ? 0 : 1] ?? 1, weight.shape[1] ?? 1];
  const initial = options.h0 !== undefined || options.c0 !== undefined;
  const inputs = [x, weight];
  if (initial) inputs.push(options.h0 ?? full(state, 0));
  if (initial && cell === "lstm") inputs.push(options.c0 ?? full(state, 0));
  if (bias) inputs.push(bias);
  if (lengths) inputs.push(lengths);
  if (options.c0 && cell !== "lstm") throw new ShapeError("recurrence", "c0 is for an LSTM", { cell });
  const attrs = { cell, reverse, batchFirst, initial, bias: bias !== undefined, lengths: lengths !== undefined };
  const [output, , , final] = recordAll(op, inputs, attrs);
  const part = (i: number) => reshape(slice(final!, 0, i, i + 1), state);
  return { output: output!, hN: part(0), cN: cell === "lstm" ? part(1) : undefined };
}

/** The inputs by name. */
function named<T>([x, w, ...rest]: readonly T[], { cell, initial, bias, lengths }: RecurrenceAttrs) {
  const next = (given: boolean) => (given ? rest.shift() : undefined);
  const [h0, c0] = [next(initial), next(initial && cell === "lstm")];
  return { x: x!, w: w!, h0, c0, bias: next(bias), lengths: next(lengths) };
}

function sizes(x: Shape, w: Shape, { cell, reverse, batchFirst }: RecurrenceAttrs): Recurrence {
  const [steps, batch] = (batchFirst ? [x[1], x[0]] : [x[0], x[1]]) as [number, number];
  return { cell, steps, batch, hidden: w[1]!, reverse, batchFirst };
}

export const op: KernelOp<RecurrenceAttrs> = {
  kind: "kernel",
  name: "recurrence",

  infer(inputs, attrs) {
    const { x, w, h0, c0, bias, lengths } = named(inputs, attrs);
    const { cell, batchFirst } = attrs;
    const { GATES, SAVED } = CELLS[cell];
    const [rows, hidden] = w.shape as [number, number];
    if (x.shape.length !== 3 || w.shape.length !== 2 || rows !== GATES * hidden || x.shape[2] !== rows)
      throw new ShapeError("recurrence", `wants x [.., .., ${GATES}·H] and weight [${GATES}·H, H] for ${cell}`, {
        x: showShape(x.shape),
        weight: showShape(w.shape),
      });
    const { batch } = sizes(x.shape, w.shape, attrs);
    checkDTypes("recurrence", [x, w, ...[h0, c0, bias].filter((t) => t !== undefined)], ["f32"]);
    if (lengths && lengths.dtype !== "i32")
      throw new DTypeError("recurrence", `lengths have dtype ${lengths.dtype}`, { wants: "i32" });
    const wants = { h0: [batch, hidden], c0: [batch, hidden], bias: [rows], lengths: [batch] };
    for (const [name, t] of Object.entries({ h0, c0, bias, lengths })) {
      const shape = wants[name as keyof typeof wants];
      if (t && !sameShape(t.shape, shape))
        throw new ShapeError("recurrence", `${name} must be ${showShape(shape)}`, {
          [name]: showShape(t.shape),
          x: `${showShape(x.shape)}${batchFirst ? ", batch first" : ""}`,
        });
    }
    if (bias && cell !== "gru")
      throw new ShapeError("recurrence", "a bias of its own is for a GRU", { cell }, "add it to x");
    const lead = x.shape.slice(0, 2);
    const f32 = (shape: Shape) => ({ shape, dtype: "f32" as const });
    const finals = f32([cell === "lstm" ? 2 : 1, batch, hidden]);
    return [f32([...lead, hidden]), f32([...lead, hidden]), f32([...lead, SAVED * hidden]), finals];
  },

  lower(inputs, [out, states, saved, final], attrs, target) {
    const given = named(inputs, attrs);
    const results = { out: out!, states: states!, saved: saved!, final: final! };
    const lower = attrs.cell === "gruResetFirst" ? resetFirstDispatches : recurrenceDispatches;
    return lower({ ...given, ...results }, sizes(given.x.shape, given.w.shape, attrs), target);
  },
  ways: ([x, w], attrs, target) => recurrenceWays(sizes(x!.shape, w!.shape, attrs), false, target),

  // dW = Σ d_gatesᵀ · h over all steps and sequences, h the state before the step.
  vjp(inputs, [dOut, , , dFinal], attrs, [, states, saved]) {
    const { x, w, lengths } = named(inputs, attrs);
    const given = [dOut, dFinal, lengths].filter((t) => t != null);
    const gradAttrs = { ...attrs, dOut: dOut != null, dFinal: dFinal != null };
    const [dGates, dInitial, dX = dGates] = recordAll(grad, [x, w, saved!, ...given], gradAttrs);
    const rows = (t: Tensor) => reshape(t, [-1, t.shape[2]!]);
    const dState = (i: number) => reshape(slice(dInitial!, 0, i, i + 1), dInitial!.shape.slice(1));
    const dW = attrs.cell === "gruResetFirst" ? resetFirstWeights(dGates!, states!, saved!) : undefined;
    const gradients: (Tensor | null)[] = [dX!, dW ?? matmul(rows(dGates!), rows(states!), { transA: true })];
    if (attrs.initial) gradients.push(dState(0));
    if (attrs.initial && attrs.cell === "lstm") gradients.push(dState(1));
    if (attrs.bias) gradients.push(sum(dGates!, [0, 1]));
    return lengths ? [...gradients, null] : gradients;
  },
};

/** dW of a GRU that resets first: the third part of W_hh is multiplied by r·h, the fourth part of what is saved. */
function resetFirstWeights(dGates: Tensor, states: Tensor, saved: Tensor): Tensor {
  const h = states.shape[2]!;
  const rows = (t: Tensor, from: number, to: number) => {
    const part = slice(t, 2, from * h, to * h);
    return reshape(part, [-1, (to - from) * h]);
  };
  const opened = matmul(rows(dGates, 0, 2), rows(states, 0, 1), { transA: true });
  return concat([opened, matmul(rows(dGates, 2, 3), rows(saved, 3, 4), { transA: true })], 0);
}

interface GradAttrs extends RecurrenceAttrs {
  readonly dOut: boolean;
  readonly dFinal: boolean;
}

/** (x, w, saved, dOut?, dFinal?, lengths?) → gradients for the gates, for the state before the first step and, of a GRU, for x. */
const grad: KernelOp<GradAttrs> = {
  kind: "kernel",
  name: "recurrence_grad",
  infer([x, w], attrs) {
    const { batch, hidden } = sizes(x!.shape, w!.shape, attrs);
    const dInitial = { shape: [2, batch, hidden], dtype: "f32" as const };
    return attrs.cell === "gru" ? [x!, dInitial, x!] : [x!, dInitial];
  },
  lower([x, w, saved, ...rest], [dGates, dInitial, dX], attrs, target) {
    const next = (given: boolean) => (given ? rest.shift() : undefined);
    const [dOut, dFinal, lengths] = [next(attrs.dOut), next(attrs.dFinal), next(attrs.lengths)];
    const tensors = { w: w!, saved: saved!, dOut, dFinal, lengths, dGates: dGates!, dX, dInitial: dInitial! };
    const r = sizes(x!.shape, w!.shape, attrs);
    if (attrs.cell === "gruResetFirst") return resetFirstGradDispatches(tensors, r, target);
    return gradDispatches(tensors, r, attrs.initial, target);
  },
  ways: ([x, w], attrs, target) => recurrenceWays(sizes(x!.shape, w!.shape, attrs), true, target),
  vjp: noSecondDerivative("recurrence_grad"),
};
