import { isFloat } from "../core/dtype";
import { CaptureError, DTypeError, ShapeError } from "../core/errors";
import { type Shape, sameShape, showShape, showSpec } from "../core/shape";
import { toFloat } from "./cast";
import { checkTensors, record, topological, type ViewOp } from "./op";
import { checkList } from "./options";
import { computedAgain, offers } from "./segment";
import type { Segment, Source, Tensor } from "./tensor";

/** The three ops that autograd itself needs. They are handed in, since this room knows no op. */
interface GradientOps {
  add(a: Tensor, b: Tensor): Tensor;
  /** Sums `x` down to `shape`, over the dimensions that broadcasting added or stretched. */
  sumTo(x: Tensor, shape: Shape): Tensor;
  onesLike(x: Tensor): Tensor;
}

/**
 * Gradients of `Σ out · seed` with respect to `wrt`, recorded as new nodes of the graph by reverse accumulation.
 *
 * @param out f32 tensor; without a `seed` it must have one element
 * @param seed the gradient that flows into `out`: a float tensor of its shape
 * @returns one gradient for each of `wrt`, of its shape; null where `out` does not depend on it
 * @throws CaptureError where a seed is missing; ShapeError where it does not fit; DTypeError where it or `out` holds integers
 */
export function gradients(out: Tensor, wrt: readonly Tensor[], ops: GradientOps, seed?: Tensor): (Tensor | null)[] {
  checkList("gradients", "wrt", wrt);
  checkTensors("gradients", [out, ...wrt, ...(seed ? [seed] : [])]);
  if (!seed && out.size !== 1)
    throw new CaptureError("gradients", `of a tensor of shape ${showShape(out.shape)}`, {}, "reduce it to one number");
  if (!isFloat(out.dtype)) throw new DTypeError("gradients", `of a tensor of dtype ${out.dtype}`, { wants: "f32" });
  checkSeed(out, seed);
  const needed = dependents(out, wrt);
  const grads = new Map<Tensor, Tensor>([[out, seed ?? ops.onesLike(out)]]);
  const order = topological([out]).reverse();
  const outsLeft = new Map<Tensor[], number>();
  const again = new Map<Segment, (t: Tensor) => Tensor>();
  const offered = offers();
  for (const { source } of order) if (source) outsLeft.set(source.outs, (outsLeft.get(source.outs) ?? 0) + 1);
  for (const t of order) {
    if (!t.source || !needed.has(t)) continue;
    // A node is differentiated when the last of its outputs is met: only then is the gradient of each of them complete.
    const left = outsLeft.get(t.source.outs)! - 1;
    outsLeft.set(t.source.outs, left);
    if (left > 0) continue;
    const dOuts = t.source.outs.map((o) => grads.get(o) ?? null);
    const after = dOuts.find((d) => d);
    if (!after) continue;
    const { segment } = t.source;
    if (segment && !again.has(segment)) again.set(segment, computedAgain(segment, after));
    const saved = (segment && again.get(segment)) ?? ((x) => offered(x, after));
    accumulate(t.source, dOuts, saved, needed, grads, ops);
  }
  return wrt.map((t) => grads.get(t) ?? null);
}

/**
 * The vjp of ops that `fn` records: what flows into each operand where `seeds` flow into the results. Operands count as
 * independent of one another, as in every vjp, also where one was made from another: in second derivatives dOut often was.
 *
 * @param fn called with a stand-in for each operand
 * @param seeds one for each result, of its shape; null where nothing flows in
 * @returns one for each operand, of its shape; null where nothing flows
 */
export function vjpOf(
  fn: (operands: readonly Tensor[]) => readonly Tensor[],
  operands: readonly Tensor[],
  seeds: readonly (Tensor | null)[],
  ops: GradientOps,
): (Tensor | null)[] {
  const standIns = operands.map((t) => record(standIn, [t], {}));
  const parts = fn(standIns).flatMap((out, i) => (seeds[i] ? [gradients(out, standIns, ops, seeds[i])] : []));
  return operands.map((_, i) => {
    const flowing = parts.flatMap((part) => part[i] ?? []);
    return flowing.length ? flowing.reduce((a, b) => ops.add(a, b)) : null;
  });
}

const standIn: ViewOp = {
  kind: "view",
  name: "stand_in",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  view: (x) => x,
  vjp: (_, [dOut]) => [dOut!],
};

/** @throws ShapeError, DTypeError unless the seed has the shape of `out` and is a float */
function checkSeed(out: Tensor, seed: Tensor | undefined): void {
  if (!seed) return;
  const operands = { out: showSpec(out), seed: showSpec(seed) };
  if (!sameShape(seed.shape, out.shape)) throw new ShapeError("gradients", "seed and out differ in shape", operands);
  if (!isFloat(seed.dtype))
    throw new DTypeError("gradients", `a seed of dtype ${seed.dtype}`, operands, "cast it to f32");
}

/** `wrt` and the tensors between them and `out`: gradients of others are not needed. */
function dependents(out: Tensor, wrt: readonly Tensor[]): Set<Tensor> {
  const needed = new Set(wrt);
  for (const t of topological([out])) if (t.source?.inputs.some((i) => needed.has(i))) needed.add(t);
  return needed;
}

/** Adds a node's gradients to those of its inputs. @param saved what stands for the tensors of the forward pass */
function accumulate(
  { op, inputs, attrs, outs }: Source,
  dOuts: readonly (Tensor | null)[],
  saved: (t: Tensor) => Tensor,
  needed: ReadonlySet<Tensor>,
  grads: Map<Tensor, Tensor>,
  ops: GradientOps,
): void {
  op.vjp(inputs.map(saved), dOuts, attrs, outs.map(saved)).forEach((gradient, i) => {
    const input = inputs[i]!;
    if (!gradient || !needed.has(input)) return;
    const summed = sameShape(gradient.shape, input.shape) ? gradient : ops.sumTo(gradient, input.shape);
    const fitted = isFloat(input.dtype) ? toFloat(summed, input.dtype as "f32" | "f16") : summed;
    const before = grads.get(input);
    grads.set(input, before ? ops.add(before, fitted) : fitted);
  });
}
