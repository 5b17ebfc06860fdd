import { ShapeError } from "../core/errors";
import type { Shape } from "../core/shape";
import {
  CELLS,
  type Cell,
  inferRecurrence,
  named,
  type Recurrence,
  type RecurrenceAttrs,
  sizes,
} from "../families/cells";
import { gradDispatches, recurrenceDispatches, recurrenceWays } from "../families/recurrence";
import { resetFirstDispatches, resetFirstGradDispatches } from "../families/resetFirst";
import { vjpOf } from "../graph/autograd";
import { type KernelOp, recordAll } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { concat } from "./concat";
import { full } from "./full";
import { less } from "./less";
import { matmul } from "./matmul";
import { mul } from "./mul";
import { relu } from "./relu";
import { reshape } from "./reshape";
import { sigmoid } from "./sigmoid";
import { slice } from "./slice";
import { split } from "./split";
import { stack } from "./stack";
import { sub } from "./sub";
import { GRADIENT_OPS, sum } from "./sum";
import { tanh } from "./tanh";
import { where } from "./where";

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

export const op: KernelOp<RecurrenceAttrs> = {
  kind: "kernel",
  name: "recurrence",

  infer: inferRecurrence,
  lower(inputs, [out, states, saved, final], attrs, target) {
    const given = named(inputs, attrs);
    const results = { out: out!, states: states!, saved: saved!, final: final! };
    const lower = attrs.cell === "gruResetFirst" ? resetFirstDispatches : recurrenceDispatches;
    return lower({ ...given, ...results }, sizes(given.x.shape, given.w.shape, attrs), target);
  },
  ways: ([x, w], attrs, target) => recurrenceWays(sizes(x!.shape, w!.shape, attrs), false, target),

  // dW = Σ d_gatesᵀ · h over all steps and sequences, h the state before the step.
  vjp(inputs, dOuts, attrs, [, states, saved]) {
    const [dOut, dStates, dSaved, dFinal] = dOuts as (Tensor | null)[];
    if (dStates || dSaved) return unrolledVjp(inputs, [dOut!, dStates!, dSaved!, dFinal!], attrs);
    const { x, w, h0, c0, bias, lengths } = named(inputs, attrs);
    const given = [dOut, dFinal, lengths, h0, c0, bias].filter((t) => t != null);
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

/**
 * (x, w, saved, dOut?, dFinal?, lengths?, h0?, c0?, bias?) → gradients for the gates, for the state before the first step and, of a
 * GRU, for x. What is saved follows from the other inputs, of which the last three are for second derivatives alone.
 */
const grad: KernelOp<GradAttrs> = {
  kind: "kernel",
  name: "recurrence_grad",
  infer([x, w], attrs) {
    const { batch, hidden } = sizes(x!.shape, w!.shape, attrs);
    const dInitial = { shape: [2, batch, hidden], dtype: "f32" as const };
    return attrs.cell === "gru" ? [x!, dInitial, x!] : [x!, dInitial];
  },
  lower(inputs, [dGates, dInitial, dX], attrs, target) {
    const { x, w, saved, dOut, dFinal, lengths } = ofGradient(inputs, attrs);
    const tensors = { w, saved, dOut, dFinal, lengths, dGates: dGates!, dX, dInitial: dInitial! };
    const r = sizes(x.shape, w.shape, attrs);
    if (attrs.cell === "gruResetFirst") return resetFirstGradDispatches(tensors, r, target);
    return gradDispatches(tensors, r, attrs.initial, target);
  },
  ways: ([x, w], attrs, target) => recurrenceWays(sizes(x!.shape, w!.shape, attrs), true, target),
  vjp(inputs, seeds, attrs) {
    const operands = inputs.filter((_, i) => i !== 2);
    const r = sizes(inputs[0]!.shape, inputs[1]!.shape, attrs);
    // The gates' gradient is that for what is added to them.
    const back = ([x, w, ...given]: readonly Tensor[]) => {
      const { dOut, dFinal, lengths, h0, c0, bias } = ofGradient([x!, w!, x!, ...given], attrs);
      const zeros = full([r.batch, r.hidden], 0);
      const forward = ([x, added, h0, c0]: readonly Tensor[]) => {
        const { output, final } = unrolled({ x: x!, w: w!, h0: h0!, c0: c0!, bias, lengths, added }, r);
        return [output, final];
      };
      const at = [x!, full(x!.shape, 0), h0 ?? zeros, c0 ?? zeros];
      const [dX, dGates, dH, dC] = vjpOf(forward, at, [dOut ?? null, dFinal ?? null], GRADIENT_OPS);
      return [dGates!, stack([dH ?? zeros, dC ?? zeros]), dX!];
    };
    const made = vjpOf(back, operands, seeds, GRADIENT_OPS);
    return [...made.slice(0, 2), null, ...made.slice(2)];
  },
};

/** The inputs of {@link grad} by name. */
function ofGradient([x, w, saved, ...rest]: readonly Tensor[], attrs: GradAttrs) {
  const next = (given: boolean) => (given ? rest.shift() : undefined);
  const [dOut, dFinal, lengths] = [next(attrs.dOut), next(attrs.dFinal), next(attrs.lengths)];
  const [h0, c0] = [next(attrs.initial), next(attrs.initial && attrs.cell === "lstm")];
  return { x: x!, w: w!, saved: saved!, dOut, dFinal, lengths, h0, c0, bias: next(attrs.bias) };
}

/** The vjp of {@link op} where something flows into the states before each step too: in second derivatives, by way of dW. */
function unrolledVjp(
  inputs: readonly Tensor[],
  [dOut, dStates, dSaved, dFinal]: readonly (Tensor | null)[],
  attrs: RecurrenceAttrs,
): (Tensor | null)[] {
  const r = sizes(inputs[0]!.shape, inputs[1]!.shape, attrs);
  const forward = (operands: readonly Tensor[]) => {
    const { output, states, opened, final } = unrolled(named(operands, attrs), r);
    return [output, states, opened ?? states, final];
  };
  // Of what is saved, dW reads r·h alone, and only of a GRU that resets first.
  const isRead = attrs.cell === "gruResetFirst";
  const dOpened = isRead && dSaved ? slice(dSaved, 2, 3 * r.hidden, 4 * r.hidden) : null;
  return vjpOf(forward, inputs, [dOut!, dStates!, dOpened, dFinal!], GRADIENT_OPS);
}

interface Operands {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly h0?: Tensor | undefined;
  readonly c0?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
  readonly lengths?: Tensor | undefined;
  /** Added to the gates where the gradient for them is taken: of a GRU, to the product with the state. Of the shape of x. */
  readonly added?: Tensor | undefined;
}

/**
 * A recurrence step by step, of ops: what its second derivatives are those of. The formulas are those of `recurrence`, which also
 * says what the operands are.
 * @returns `output` and `states` (before each step) in the layout of x; of a GRU that resets first r·h in that layout as `opened`; the
 * final state, and of an LSTM that of the cell, [1 or 2, N, H]
 */
function unrolled(given: Operands, { cell, steps, batch, hidden, reverse, batchFirst }: Recurrence) {
  const axis = batchFirst ? 1 : 0;
  const zeros = full([batch, hidden], 0);
  let [h, c] = [given.h0 ?? zeros, given.c0 ?? zeros];
  const at = (t: Tensor, step: number) => reshape(slice(t, axis, step, step + 1), [batch, -1]);
  const made: Record<"output" | "states" | "opened", Tensor[]> = { output: [], states: [], opened: [] };
  for (let i = 0; i < steps; i++) {
    const t = reverse ? steps - 1 - i : i;
    made.states[t] = h;
    const next = stepOf(cell, at(given.x, t), given.added && at(given.added, t), { ...given, h, c });
    if (next.opened) made.opened[t] = next.opened;
    const valid = given.lengths && less(full([], t, "i32"), reshape(given.lengths, [batch, 1]));
    made.output[t] = valid ? where(valid, next.h, 0) : next.h;
    h = valid ? where(valid, next.h, h) : next.h;
    c = valid ? where(valid, next.c, c) : next.c;
  }
  const { output, states, opened } = made;
  return {
    output: stack(output, axis),
    states: stack(states, axis),
    opened: opened.length ? stack(opened, axis) : undefined,
    final: stack(cell === "lstm" ? [h, c] : [h]),
  };
}

interface State {
  readonly h: Tensor;
  readonly c: Tensor;
  readonly opened?: Tensor;
}

/** The state after a step. @param x [N, gates·H]; `added` of the same shape */
function stepOf(
  cell: Cell,
  x: Tensor,
  added: Tensor | undefined,
  { w, bias, h, c }: Pick<Operands, "w" | "bias"> & State,
): State {
  const hidden = h.shape[1]!;
  const plus = (t: Tensor, more: Tensor | undefined) => (more ? add(t, more) : t);
  const parts = (t: Tensor) => split(t, hidden, 1) as [Tensor, Tensor, Tensor, Tensor];
  const mixed = (z: Tensor, n: Tensor) => add(mul(sub(1, z), n), mul(z, h));
  if (cell === "gruResetFirst") {
    const [xr, xz, xn] = parts(plus(x, added));
    const [pr, pz] = parts(matmul(h, slice(w, 0, 0, 2 * hidden), { transB: true }));
    const opened = mul(sigmoid(add(xr, pr)), h);
    const n = tanh(add(xn, matmul(opened, slice(w, 0, 2 * hidden), { transB: true })));
    return { h: mixed(sigmoid(add(xz, pz)), n), c, opened };
  }
  const product = plus(plus(matmul(h, w, { transB: true }), bias), added);
  if (cell === "gru") {
    const [[xr, xz, xn], [pr, pz, pn]] = [parts(x), parts(product)];
    return { h: mixed(sigmoid(add(xz, pz)), tanh(add(xn, mul(sigmoid(add(xr, pr)), pn)))), c };
  }
  const gates = add(x, product);
  if (cell !== "lstm") return { h: cell === "relu" ? relu(gates) : tanh(gates), c };
  const [i, f, g, o] = parts(gates);
  const kept = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
  return { h: mul(sigmoid(o), tanh(kept)), c: kept };
}
