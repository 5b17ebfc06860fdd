import { dependenciesOf, type KernelOp, type PointwiseOp, topological, type ViewOp } from "../graph/op";
import { type Source, scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { isPair } from "../kernel/scalarFunction";
import type { Target } from "../kernel/target";
import { chosenWay } from "../kernel/ways";
import type { Choice } from "./choice";
import { compose, composeEpilogue, composePrologue, composeTail } from "./compose";
import { composeSiblings } from "./composeSiblings";
import { constantBehind, filledData } from "./constants";
import { canonical } from "./cse";
import { tensorsOf } from "./dispatches";
import { type Fusion, fusion } from "./fuse";
import { contiguousLayout, isContiguous, layoutKey } from "./layout";
import { sinksEarly } from "./order";
import type { Siblings } from "./siblings";
import { isNeeded, type StepGraph, stepGraph } from "./stepGraph";
import type { Expression, Reading } from "./writer";

/** A tensor read from its own buffer, one element after the other. */
const whole = (base: Tensor): Reading => ({ base, layout: contiguousLayout(base.shape) });

type Node<O> = Source & { readonly op: O };

export interface LowerOptions {
  readonly target: Target;
  /** Join chains of pointwise ops into one kernel. */
  readonly fuse: boolean;
  /** Copies that are computed again, see {@link worthComputingAgain}. */
  readonly apart?: ReadonlySet<Tensor>;
}

/**
 * Turns a graph into dispatches, inputs before users. Views cost nothing where the reader follows strides, as pointwise ops do; for
 * other kernels a copy makes them contiguous.
 */
export class Lowering {
  readonly dispatches: Dispatch[] = [];
  /** By key: ops with the same key take the same way. */
  readonly choices = new Map<string, Choice>();
  readonly #readings = new Map<Tensor, Reading>();
  readonly #copies = new Map<Tensor, Tensor>();
  /** Copies of views, by the elements that they copy. */
  readonly #copied = new Map<string, Tensor>();
  readonly #expressions = new Map<Tensor, Expression>();
  readonly #pairs = new Map<Tensor, Expression>();
  readonly #represent: (t: Tensor) => Tensor;
  readonly #constantBehind: (t: Tensor) => Tensor | undefined;
  readonly #graph: StepGraph;
  readonly #fusion: Fusion;
  /** The kernels on whose results others are computed. */
  readonly #hosts: ReadonlySet<Tensor>;
  /** From a kernel's outputs to the sum that it makes on the side. */
  readonly #sideSums = new Map<readonly Tensor[], Tensor>();
  /** The group of reductions that each tensor is launched with. */
  readonly #siblings = new Map<Tensor, Siblings>();
  /** What the group of reductions that is being lowered computes besides. */
  #beside: ReadonlySet<Tensor> = new Set();

  constructor(
    wanted: readonly Tensor[],
    readonly options: LowerOptions,
  ) {
    this.#represent = canonical(topological(wanted), options.apart);
    const roots = wanted.map(this.#represent);
    const before = (t: Tensor) => dependenciesOf(t).map(this.#represent);
    const order = sinksEarly(topological(roots, before), roots, before);
    this.#graph = stepGraph(order, roots, (t) => (t.source?.inputs ?? []).map(this.#represent));
    this.#fusion = fusion(this.#graph, options.fuse);
    const { hosts, sides, siblings } = this.#fusion;
    this.#constantBehind = (t) => constantBehind(t, this.#graph.constants, this.#represent);
    for (const s of siblings) for (const t of [...s.members, ...s.finishes, ...s.besides]) this.#siblings.set(t, s);
    for (const [sum, t] of sides) this.#sideSums.set(t.source!.outs, sum);
    this.#hosts = new Set(hosts.values());
    for (const t of this.#fusion.order) this.#lower(t);
    for (const t of roots) this.contiguous(t);
  }

  /** The buffer that holds a tensor's elements one after the other. Where there is none, a copy makes one. */
  contiguous(tensor: Tensor): Tensor {
    const t = this.#represent(tensor);
    let copy = this.#copies.get(t) ?? filledData(t, this.#constantBehind(t));
    if (copy) this.#copies.set(t, copy);
    if (copy?.leaf?.kind === "data") return copy;
    const { base, layout } = this.#reading(t);
    if (isContiguous(layout) && base.size === t.size) return base;
    if (!copy) {
      // Views that differ only in shape share a copy.
      const key = `${base.id} ${layoutKey(layout)}`;
      copy = this.#copied.get(key) ?? scratch(t);
      this.#copies.set(t, copy);
      if (!this.#copied.has(key)) this.#fill(copy, { base, layout });
      this.#copied.set(key, copy);
    }
    return copy;
  }

  /** Copies a computed tensor into a state. */
  copy(from: Tensor, to: Tensor): void {
    this.#fill(to, { base: this.contiguous(from), layout: contiguousLayout(to.shape) });
  }

  #fill(out: Tensor, reading: Reading): void {
    this.dispatches.push(compose({ kind: "read", reading, dtype: out.dtype }, out, false, this.options.target.cpu));
  }

  /** Adds the dispatches of an update. The tensors that they read must be among those that were lowered. */
  append(dispatches: readonly Dispatch[]): void {
    for (const d of dispatches) this.dispatches.push(this.#bound(d, []));
  }

  #lower(t: Tensor): void {
    if (this.#readings.has(t) || this.#fusion.inlined.has(t) || t.source?.op.kind === "view") return;
    if (this.#hosts.has(t) || this.#fusion.later.has(t)) return;
    const siblings = this.#siblings.get(t);
    if (siblings && this.#together(siblings)) return;
    if (t.source?.op.kind === "kernel") this.#kernel(t);
    else this.#reading(t);
  }

  /** How a tensor is read. A pointwise tensor that has no buffer yet gets one. */
  #reading(t: Tensor): Reading {
    const known = this.#readings.get(t);
    if (known) return known;
    if (t.source?.op.kind === "pointwise") this.#pointwise(t);
    const reading = t.source?.op.kind === "view" ? this.#view(t) : whole(t);
    this.#readings.set(t, reading);
    return reading;
  }

  /** Notes that tensors have buffers of their own from here on. */
  #keep(made: readonly Tensor[]): void {
    for (const t of made) this.#readings.set(t, whole(t));
  }

  #pointwise(t: Tensor): void {
    const host = this.#fusion.hosts.get(t);
    const expression = this.#apply(t);
    if (host && this.#finish(host, expression, t)) return;
    if (host) this.#kernel(host);
    this.#emit(compose(expression, t, this.#fusion.tails.has(t), this.options.target.cpu), t);
  }

  /** Adds the dispatch that writes `t`; if `t` has a tail, the dispatch computes that too, where it can. */
  #emit(d: Dispatch, t: Tensor): void {
    const second = this.#fusion.tails.get(t);
    if (!second) {
      this.dispatches.push(d);
      return;
    }
    this.#keep([t, second]);
    const both = composeTail(this.#apply(second), this.#read(t), second, d);
    this.dispatches.push(both ? this.#bound(both, [t, second]) : d);
    if (!both) this.#readings.delete(second);
  }

  /** Adds the kernel that makes `host`, with the expression evaluated on its results. @returns whether that is possible */
  #finish(host: Tensor, expression: Expression, out: Tensor): boolean {
    const outs = [out, ...host.source!.outs.slice(1)];
    const made = this.#make(host, outs);
    const writers = made.filter((d) => d.buffers.includes(out));
    if (!writers.length || !writers.every((d) => d.variant.hook && (writers.length === 1 || d.isPart))) return false;
    const hung = new Map(writers.map((d) => [d, composeEpilogue(expression, this.#read(host), out, d)]));
    if ([...hung.values()].includes(null)) return false;
    this.#keep(outs);
    for (const d of made) {
      const finished = this.#bound(hung.get(d) ?? d, outs);
      if (d === writers.at(-1)) this.#emit(finished, out);
      else this.dispatches.push(finished);
    }
    return true;
  }

  /** Adds the launch of a group of reductions. @returns whether that is possible */
  #together(group: Siblings): boolean {
    const members = [...group.members];
    for (const t of [...members, ...group.finishes, ...group.besides]) this.#siblings.delete(t);
    this.#beside = new Set([...group.besides, ...group.finishes]);
    const joined = (x: Tensor): Expression => {
      if (this.#fusion.inlined.has(x) || group.besides.has(x)) return this.#apply(x);
      if (isContiguous(this.#reading(x).layout)) return this.#read(x);
      return { kind: "read", reading: whole(this.contiguous(x)), dtype: x.dtype };
    };
    const values = members.map((m) => joined(this.#represent(m.source!.inputs[0]!)));
    const besides = [...group.besides].map((out) => ({ out, expression: this.#apply(out) }));
    this.#keep(members);
    const stored = [...group.stored, ...group.finishes].map((out) => ({
      out,
      expression: group.finishes.has(out) ? this.#apply(out) : this.#read(out),
    }));
    this.#beside = new Set();
    const reads = members.map((m) => this.#read(m));
    const made = composeSiblings({ members, values, besides, reads, stored }, this.options.target);
    if (!made) {
      for (const t of members) this.#readings.delete(t);
      return false;
    }
    for (const m of members) this.#note(m);
    const outs = [...besides, ...stored].map(({ out }) => out);
    this.#keep(outs);
    for (const d of made) this.dispatches.push(this.#bound(d, outs));
    return true;
  }

  #view(t: Tensor): Reading {
    const { op, inputs, attrs, index } = t.source as Node<ViewOp>;
    const input = this.#represent(inputs[0]!);
    const reading = this.#reading(input);
    const layout = op.view(reading.layout, attrs, index);
    if (layout) return { base: reading.base, layout };
    return { base: this.contiguous(input), layout: op.view(contiguousLayout(input.shape), attrs, index)! };
  }

  #apply(t: Tensor): Expression {
    const known = this.#expressions.get(t);
    if (known) return known;
    const { op, inputs, attrs } = t.source as Node<PointwiseOp>;
    const args = inputs.map(this.#represent).map((input, n): Expression => {
      if (isPair(op.fn, n)) return this.#read(input, true);
      const value = this.#constantBehind(input) ?? input;
      return this.#fusion.inlined.has(value) || this.#beside.has(value) ? this.#apply(value) : this.#read(value);
    });
    const expression: Expression = { kind: "apply", op, attrs, dtype: t.dtype, args };
    this.#expressions.set(t, expression);
    return expression;
  }

  /** The expression that reads a tensor (or the pair in it). There is one for each, so that a kernel reads a tensor once. */
  #read(t: Tensor, isPair = false): Expression {
    const made = isPair ? this.#pairs : this.#expressions;
    const known = made.get(t);
    if (known?.kind === "read") return known;
    const reading = isPair ? { base: this.contiguous(t), layout: contiguousLayout([]) } : this.#reading(t);
    const read: Expression = { kind: "read", reading, dtype: t.dtype, isPair };
    made.set(t, read);
    return read;
  }

  #kernel(t: Tensor): void {
    const maker = this.#fusion.sides.get(t) ?? t;
    const { outs } = maker.source!;
    const made = this.#make(maker, outs);
    this.#keep(outs);
    for (const d of made.slice(0, -1)) this.dispatches.push(this.#bound(d, outs));
    this.#emit(this.#bound(made.at(-1)!, outs), outs[0]!);
  }

  /** The dispatches of a kernel op, with the sum that it makes on the side. */
  #make(t: Tensor, outs: readonly Tensor[]): Dispatch[] {
    const { op, inputs, attrs } = t.source as Node<KernelOp>;
    if (this.#fusion.joins.has(t)) return this.#pieces(t, outs[0]!);
    const side = this.#sideSums.get(t.source!.outs);
    if (side) this.#keep([side]);
    // An only output is always read: else its kernel would not be lowered.
    const isRead = (out: Tensor) => outs.length === 1 || isNeeded(this.#graph, out);
    const made = op.lower(inputs, outs, attrs, this.options.target, side, isRead);
    this.#note(t);
    const input = this.#fusion.prologues.get(t);
    return input ? made.map((d) => this.#begin(d, inputs[0]!, input)) : made;
  }

  /** Notes between which ways a kernel op chooses, and which it takes. */
  #note(t: Tensor): void {
    const { op, inputs, attrs } = t.source as Node<KernelOp>;
    const ways = op.ways?.(inputs, attrs, this.options.target);
    if (!ways || ways.names.length < 2) return;
    this.choices.set(ways.key, { ways, way: chosenWay(this.options.target, ways), op, inputs, attrs });
  }

  /** The dispatches that compute the inputs of a join at their places in the result. */
  #pieces(t: Tensor, out: Tensor): Dispatch[] {
    const { op, inputs, attrs } = t.source as Node<KernelOp>;
    const places = op.pieces!(inputs, attrs);
    return inputs.map((input, n) =>
      compose(this.#apply(this.#represent(input)), out, false, this.options.target.cpu, places[n]!),
    );
  }

  /** The dispatch with the reads of `input` replaced by what computes it; unchanged where it does not read `input` first. */
  #begin(d: Dispatch, input: Tensor, computed: Tensor): Dispatch {
    if (d.buffers[0] !== input) return d;
    return composePrologue(this.#apply(computed), computed, d) ?? d;
  }

  /** The dispatch with each tensor replaced by the buffer that holds it. */
  #bound(d: Dispatch, outs: readonly Tensor[]): Dispatch {
    const held = (t: Tensor) => (t.leaf || outs.includes(t) ? t : this.contiguous(t));
    return { ...d, buffers: tensorsOf(d).map(held) };
  }
}
