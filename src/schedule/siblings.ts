import { numel, type Shape, sameShape } from "../core/shape";
import type { Joins, KernelOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { MAX_BUFFERS } from "../kernel/kernel";
import type { Groups } from "./fuse";
import { through } from "./sides";
import { isNeeded, type StepGraph } from "./stepGraph";
import { movedTogether, type Together } from "./together";

/** Most reductions in one launch: an invocation needs registers for each of them. */
const MAX_MEMBERS = 4;

/** Reductions over the same elements that share reads, and one launch. */
export interface Siblings extends Together {
  /** Members whose results are stored, as they are read elsewhere. */
  readonly stored: readonly Tensor[];
}

/** What is known when siblings are looked for. */
export interface Known extends Groups {
  readonly graph: StepGraph;
  readonly hosts: ReadonlyMap<Tensor, Tensor>;
  /** Sums that another kernel makes on the side. */
  readonly taken: ReadonlySet<Tensor>;
}

export interface Found {
  /** The order, with the tensors of each group next to each other. */
  readonly order: readonly Tensor[];
  readonly siblings: readonly Siblings[];
  /** Inputs that are computed only within their groups. */
  readonly inlined: ReadonlySet<Tensor>;
}

/** A group while it grows. */
interface Draft extends Together {
  /** The reduction that it began with. */
  readonly first: Tensor;
  /** Equal for reductions that can share a launch. */
  readonly key: string;
  /** The shape of the inputs. */
  readonly of: Shape;
  /** Whether elements that are neighbours in memory are joined. */
  readonly alongRows: boolean;
}

/**
 * Finds reductions that can share a launch: those over inputs of one shape, along the same axes, that read a common tensor of full size,
 * if all that they need is there before any of them is needed. What is computed from their results alone, and pointwise
 * tensors that read the same, are computed by the same launch.
 */
export function siblingsIn(recorded: readonly Tensor[], known: Known): Found {
  const search = new Search(recorded, known);
  for (const t of recorded) search.add(t);
  return search.found();
}

class Search {
  #order: readonly Tensor[];
  readonly #drafts = new Map<string, Draft[]>();
  readonly #again = new Set<Tensor>();
  /** The group, by its first reduction, that computes a tensor which is no reduction. */
  readonly #owners = new Map<Tensor, Tensor>();
  /** Number of constants that are stored, since they are wanted, and may then be read. */
  readonly #held: number;
  readonly #graph: StepGraph;

  constructor(
    order: readonly Tensor[],
    readonly known: Known,
  ) {
    this.#order = order;
    this.#graph = known.graph;
    this.#held = [...this.#graph.wanted].filter((t) => this.#graph.constants.has(t)).length;
    // What is computed again must not be computed early.
    for (const t of order) if (t.source?.again) this.#again.add(this.#rootOf(t));
  }

  /** Puts a reduction into a group, or begins a group with it. */
  add(t: Tensor): void {
    const joins = this.#joinsOf(t);
    if (!joins) return;
    const options = this.#beginnings(t, joins);
    const same = this.#drafts.get(options[0]!.key) ?? [];
    this.#drafts.set(options[0]!.key, same);
    for (const [n, draft] of same.entries()) {
      if (!this.#shares(draft, options[0]!)) continue;
      // What is computed from a result may not be possible that early: the group is then tried without it.
      const begun = draft.members.size === 1 ? [draft, bare(draft)] : [draft];
      const unions = begun.flatMap((d) => options.flatMap((o) => [union(d, o), union(d, bare(o))]));
      const both = unions.find((u) => this.#take(u));
      if (!both) continue;
      same[n] = both;
      return;
    }
    const alone = options.find((o) => !o.besides.size || this.#take(o))!;
    same.push(alone);
  }

  found(): Found {
    const grown = [...this.#drafts.values()].flat().map((d) => this.#withFinishes(this.#withBesides(d)));
    const groups = grown.filter((d) => d.members.size > 1 || d.besides.size);
    const inlined = new Set<Tensor>();
    const siblings = groups.map((d): Siblings => {
      const within = inputsIn(d, this.#graph).filter((x) => this.#isWithin(x, d));
      for (const x of within) inlined.add(x);
      const besides = new Set([...d.besides].filter((u) => !inlined.has(u)));
      return { members: d.members, finishes: d.finishes, besides, stored: this.#stored(d) };
    });
    return { order: this.#order, siblings, inlined };
  }

  #rootOf = (t: Tensor): Tensor => this.known.rootOf.get(t) ?? t;

  /** Whether a tensor is neither computed again later, nor on the result of another kernel. */
  #isFree = (root: Tensor): boolean => !this.#again.has(root) && !this.known.hosts.has(root);

  /** Whether only a group reads an input, so that it need not be stored. */
  #isWithin(x: Tensor, { members, besides }: Together): boolean {
    const { wanted, constants, readersOf } = this.#graph;
    if (!this.#isPointwise(x) || constants.has(x) || wanted.has(x) || !this.#isFree(x)) return false;
    return readersOf(x).every((r) => members.has(r) || besides.has(this.#rootOf(r)));
  }

  /** Whether a tensor is computed by its only reader, a kernel with a prologue. */
  #isPrologue(t: Tensor): boolean {
    const { readersOf, wanted, constants } = this.#graph;
    const [reader, ...others] = readersOf(t);
    if (!reader || others.length || !this.#isPointwise(t) || wanted.has(t) || constants.has(t)) return false;
    const { op } = reader.source!;
    return this.#isFree(t) && op.kind === "kernel" && op.prologue === true && !this.known.taken.has(reader);
  }

  #isLaunched = (t: Tensor): boolean =>
    !!t.source &&
    t.source.op.kind !== "view" &&
    !this.#graph.constants.has(t) &&
    this.#rootOf(t) === t &&
    !this.#isPrologue(t);

  #joinsOf(t: Tensor): Joins | null {
    if (t.source?.op.kind !== "kernel" || this.known.taken.has(t) || t.source.again) return null;
    // A kernel with another output that is read is not a plain reduction.
    if (t.source.outs.some((o) => o !== t && isNeeded(this.#graph, o))) return null;
    const inputs = this.#graph.inputsOf(t);
    const joins = (t.source.op as KernelOp).joins?.(inputs, t.source.attrs);
    // Strided inputs are copied first: their elements are read from other buffers here than elsewhere.
    const isStrided = inputs.some((x) => through(x, this.#graph).source?.op.kind === "view");
    const isLeft = isStrided || inputs.some((x) => this.#again.has(x));
    return joins && joins.dims.r0 * joins.dims.r1 > 1 && !isLeft ? joins : null;
  }

  /** The groups that may begin with a reduction: one that computes and stores its input, if that is possible, and one that does not. */
  #beginnings(t: Tensor, { dims }: Joins): Draft[] {
    const x = this.#graph.inputsOf(t)[0]!;
    const root = [...this.known.hosts].find(([, host]) => host === t)?.[0];
    const draft = {
      first: t,
      key: [t.dtype, x.shape, dims.k0, dims.r0, dims.k1, dims.r1].join(" "),
      of: x.shape,
      alongRows: dims.r1 > 1 || dims.k1 === 1,
      members: new Set([t]),
      finishes: new Set(root ? [root] : []),
    };
    const isBeside = this.#mayStandBeside(x, draft);
    const plain = { ...draft, besides: new Set<Tensor>() };
    return isBeside ? [{ ...draft, besides: new Set([x]) }, plain] : [plain];
  }

  /** Whether a launch could write a pointwise tensor too: it has the size of the inputs, and reads tensors in order. */
  #mayStandBeside(u: Tensor, { of, alongRows }: Pick<Draft, "of" | "alongRows">): boolean {
    const own = this.known.reads.get(u);
    if (!own || !alongRows || this.#rootOf(u) !== u || !sameShape(u.shape, of) || u.dtype === "f16") return false;
    if (this.#graph.constants.has(u) || !this.#isFree(u)) return false;
    const isPiece = this.#graph
      .readersOf(u)
      .some((r) => r.source!.op.kind === "kernel" && (r.source!.op as KernelOp).pieces !== undefined);
    // Reads across memory have kernels of their own.
    const isAcross = (i: Tensor) => this.#views(i).some((v) => v.size === u.size && v.source?.op.name === "permute");
    return !this.#isPrologue(u) && !isPiece && ![...own].some(isAcross);
  }

  /** The tensors that a group reads. */
  #reads(d: Together): Set<Tensor> {
    const of = (t: Tensor) => this.known.reads.get(t) ?? [];
    const inputs = inputsIn(d, this.#graph).flatMap((x) => (this.#isWithin(x, d) ? [...of(x)] : [x]));
    const all = new Set([...inputs, ...[...d.besides, ...d.finishes].flatMap((u) => [...of(u)])]);
    for (const t of [...d.members, ...d.besides, ...d.finishes]) all.delete(t);
    return all;
  }

  /** Whether a group reads what it computes itself, by a view or in another order: that would have to be there before. */
  #readsItself(d: Draft): boolean {
    const isMade = (t: Tensor) => [d.members, d.besides, d.finishes].some((made) => made.has(t));
    return [...this.#reads(d)].some((t) => this.#views(t).some(isMade));
  }

  /** A tensor and, if it is a view, the tensors behind it. */
  #views(t: Tensor): Tensor[] {
    return t.source?.op.kind === "view" ? [t, ...this.#views(this.#graph.inputsOf(t)[0]!)] : [t];
  }

  /** Whether a tensor has an element of its own for each element of the inputs, none repeated by a view. */
  #isLarge = (t: Tensor, { of }: Draft): boolean =>
    t.size === numel(of) && this.#views(t).every((v) => v.size >= t.size);

  #shares(a: Draft, b: Draft): boolean {
    const [left, right] = [this.#reads(a), this.#reads(b)];
    return [...left, ...a.besides].some(
      (t) =>
        this.#isLarge(t, a) && (right.has(t) || b.besides.has(t) || this.#graph.inputsOf([...b.members][0]!)[0] === t),
    );
  }

  #stored({ members, finishes }: Together): Tensor[] {
    const { wanted, readersOf } = this.#graph;
    return [...members].filter(
      (m) => wanted.has(m) || !readersOf(m).every((r) => finishes.has(this.#rootOf(r)) && this.#isPointwise(r)),
    );
  }

  #isPointwise = (t: Tensor): boolean => t.source?.op.kind === "pointwise";

  /** Accepts a group, if it fits in one kernel and the order allows it. */
  #take(d: Draft): boolean {
    const others = [...d.besides, ...d.finishes];
    if (others.some((t) => (this.#owners.get(t) ?? d.first) !== d.first)) return false;
    // Each member but the first saves a launch; each tensor that can no longer be computed on a member's result costs one.
    const left = [...this.known.hosts].filter(([root, host]) => d.members.has(host) && !d.finishes.has(root));
    if (left.length >= d.members.size) return false;
    const stored = this.#stored(d).length + d.finishes.size;
    const buffers = this.#reads(d).size + this.#held + d.besides.size + stored;
    if (d.members.size > MAX_MEMBERS || buffers > MAX_BUFFERS || this.#readsItself(d)) return false;
    const moved = movedTogether(this.#order, d, { inputsOf: this.#graph.inputsOf, isLaunched: this.#isLaunched });
    if (!moved) return false;
    this.#order = moved;
    for (const t of others) this.#owners.set(t, d.first);
    return true;
  }

  /** The group, with pointwise tensors that read what the group reads. */
  #withBesides(d: Draft): Draft {
    let grown = d;
    const seen = new Set<Tensor>();
    for (;;) {
      const shared = [...this.#reads(grown), ...grown.besides].filter((t) => this.#isLarge(t, d));
      const roots = shared.flatMap(this.#graph.readersOf).map(this.#rootOf);
      const next = roots.find((u) => !seen.has(u) && !grown.besides.has(u) && this.#mayStandBeside(u, d));
      if (!next) return grown;
      seen.add(next);
      const more = { ...grown, besides: new Set([...grown.besides, next]) };
      if (this.#take(more)) grown = more;
    }
  }

  /** The group, with what is computed from its results. */
  #withFinishes(d: Draft): Draft {
    if (d.members.size === 1 && !d.besides.size) return d;
    let grown = d;
    const from = [...d.members, ...d.finishes];
    for (const m of from)
      for (const reader of this.#graph.readersOf(m)) {
        const r = this.#rootOf(reader);
        const [first = r] = grown.finishes;
        const fits = sameShape(r.shape, m.shape) && sameShape(first.shape, r.shape) && r.dtype !== "f16";
        if (!fits || !this.#isPointwise(r) || grown.finishes.has(r) || !this.#isFreeFor(r, grown)) continue;
        const more = { ...grown, finishes: new Set([...grown.finishes, r]) };
        if (!this.#take(more)) continue;
        grown = more;
        from.push(r);
      }
    return grown;
  }

  #isFreeFor(root: Tensor, { members }: Draft): boolean {
    const host = this.known.hosts.get(root);
    return this.#isFree(root) || (!this.#again.has(root) && host !== undefined && members.has(host));
  }
}

const inputsIn = ({ members }: Together, { inputsOf }: StepGraph): Tensor[] => [...members].map((m) => inputsOf(m)[0]!);

const bare = (d: Draft): Draft => ({ ...d, finishes: new Set() });

const union = (a: Draft, b: Draft): Draft => ({
  ...a,
  members: new Set([...a.members, ...b.members]),
  finishes: new Set([...a.finishes, ...b.finishes]),
  besides: new Set([...a.besides, ...b.besides]),
});
