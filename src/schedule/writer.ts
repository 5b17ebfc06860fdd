import { computeType, type DType } from "../core/dtype";
import { numel, type Spec } from "../core/shape";
import type { Layout, PointwiseOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import type { Channel, Param } from "../kernel/kernel";
import { genericType, instantiate } from "../kernel/scalarFunction";
import { callOf } from "./calls";
import { type FourReads, lanesOf, sharedStep, shiftedFunction } from "./fours";
import { type Input, inputOf, isByChannel } from "./inputs";
import { elementType, indexLines } from "./wgsl";

/** Where an included file begins in a function's text, see `includedText`. */
const INCLUDED = /(?=\n\/\/ include\/)/;

/** A buffer, and how it is read. */
export interface Reading {
  readonly base: Tensor;
  readonly layout: Layout;
}

/** A value read from memory. */
export interface Read {
  readonly kind: "read";
  readonly reading: Reading;
  readonly dtype: DType;
  /** Whether both elements of a pair are read, the same ones for every element of the result. */
  readonly isPair?: boolean;
}

/** A pointwise op of other values. */
interface Apply {
  readonly kind: "apply";
  readonly op: PointwiseOp<object>;
  readonly attrs: object;
  readonly dtype: DType;
  readonly args: readonly Expression[];
}

/** What a composed kernel computes for an element. */
export type Expression = Read | Apply;

/** The reads of an expression, each once, but for those within `given` expressions. */
export function* readsOf(e: Expression, given?: WriterOptions["given"], seen = new Set<Expression>()): Generator<Read> {
  if (seen.has(e) || given?.has(e)) return;
  seen.add(e);
  if (e.kind === "read") yield e;
  else for (const a of e.args) yield* readsOf(a, given, seen);
}

/** What a {@link Writer} must know of the kernel that its lines are for. */
export interface WriterOptions {
  /** Prefix of the names of bindings, fields and functions: they must differ from the kernel's own. */
  readonly prefix: string;
  /** Whether four neighbouring elements may be computed at a time. */
  readonly byFour: boolean;
  /** Whether four are computed even if some of the elements that they read are apart. */
  readonly gathers: boolean;
  /** What `i` counts where four are computed at a time: elements, or vec4s. */
  readonly counts: "elements" | "fours";
  /** Expressions whose values are in variables, by the names of these. */
  readonly given?: ReadonlyMap<Expression, string>;
  /** Number of elements (or vec4s) that an invocation computes in a loop; what is the same for all of them is read before it. */
  readonly each?: number;
  /** The channel of a value, where the kernel knows it: it need not be computed from `i`. */
  readonly channel?: Channel | undefined;
}

/** Turns expressions of the shape of `out` into WGSL lines that compute element `i` of each, and collects what these lines need. */
export class Writer {
  readonly inputs: Input[] = [];
  readonly fields: Param[] = [];
  readonly values: Record<string, number> = {};
  /** The variables of the results. */
  readonly results: readonly string[];
  /** Number of neighbours that the lines compute at a time. */
  readonly width: 1 | 4;
  /** The distance between the elements (or vec4s) of an invocation that saves reads, see {@link sharedStep}; else null. */
  readonly step: number | null;
  /** Operations of all the lines, for all elements. */
  flops = 0;
  readonly #functions = new Map<string, string>();
  readonly #lines: string[] = [];
  readonly #before: string[] = [];
  readonly #shared: string[] = [];
  readonly #emitted = new Map<Expression, string>();
  readonly #names: string[] = [];
  #isPlaced = false;

  constructor(
    expressions: readonly Expression[],
    readonly out: Spec,
    readonly options: WriterOptions,
  ) {
    const seen = new Set<Expression>();
    const reads = expressions.flatMap((e) => [...readsOf(e, options.given, seen)]).map((e) => inputOf(e, out.shape));
    const byFour = options.byFour && numel(out.shape) % 4 === 0 && reads.every((r) => this.#readsByFour(r));
    this.width = byFour ? 4 : 1;
    const strided = reads.flatMap(({ mode, layout }) => (mode === "strided" ? [layout] : []));
    this.step = options.each && options.each > 1 ? sharedStep(strided, options.each, this.width) : null;
    this.results = expressions.map((e) => this.#value(e));
  }

  /** The variable of the only result. */
  get result(): string {
    return this.results[0]!;
  }

  /** The hand-written functions that the lines call. */
  get functions(): string {
    return [...this.#functions.values()].join("\n");
  }

  get lines(): string {
    return this.#lines.join("\n  ");
  }

  /** Lines that go before the others, once for all elements. */
  get before(): string {
    return this.#before.join("\n  ");
  }

  /** Lines that read what is the same for all elements of an invocation, from the number `first` of the first of them. */
  get shared(): string {
    return this.#shared.join("\n  ");
  }

  /** The names of the ops, in the order in which they are computed. */
  get name(): string {
    return [...this.#names].reverse().join("·");
  }

  /** The declarations of the buffers that are read. */
  get bindings(): { readonly name: string; readonly type: string }[] {
    return this.inputs.map((i, n) => ({ name: this.#bindingName(n), type: elementType(i.dtype, this.#isVector(i)) }));
  }

  /** A value converted to the type of `out`. */
  stored(value: string): string {
    return this.out.dtype === "f16" ? `${elementType("f16", this.width === 4)}(${value})` : value;
  }

  /** The line that stores the result at `at`. @param withTail whether it also calls {@link TAIL_HOOK} */
  store(at: string, withTail: boolean): string {
    const tail = withTail ? `\n  tail(${this.result}, ${this.width === 4 ? "i * 4u" : "i"});` : "";
    return `out[${at}] = ${this.stored(this.result)};${tail}`;
  }

  /** Numbers of the buffers of which only element `i` is read for result `i`. */
  get own(): number[] {
    return this.inputs.flatMap(({ mode }, n) => (mode === "dense" ? [n] : []));
  }

  /** Whether the lines are long: they read an element for each result, or compute from its number. */
  get isLong(): boolean {
    return this.#isPlaced || this.own.length > 0;
  }

  get buffers(): Tensor[] {
    return this.inputs.map((i) => i.reading.base);
  }

  #readsByFour({ mode, four }: Input): boolean {
    return mode !== "strided" || four?.kind !== "single" || this.options.gathers;
  }

  #linesFor(mode: Input["mode"] | undefined): string[] {
    if (mode === "constant" && this.options.each) return this.#before;
    return mode === "strided" && this.step ? this.#shared : this.#lines;
  }

  #value(e: Expression): string {
    const known = this.options.given?.get(e) ?? this.#emitted.get(e);
    if (known) return known;
    const input = e.kind === "read" ? inputOf(e, this.out.shape) : undefined;
    const text = e.kind === "read" ? this.#read(input!) : this.#apply(e);
    const name = `v${this.#emitted.size}`;
    this.#linesFor(input?.mode).push(`let ${name} = ${text};`);
    this.#emitted.set(e, name);
    return name;
  }

  #apply(e: Apply): string {
    // Of a function without inputs of type T, a constant, the result says what T is.
    const elementOf = genericType(e.op.fn, e.args) ?? computeType(e.dtype);
    const { name, code } = instantiate(e.op.fn, elementOf, this.options.prefix);
    // Several functions may include a file: it is there once.
    const [own, ...included] = code.split(INCLUDED);
    this.#functions.set(name, own!);
    for (const part of included) this.#functions.set(part.split("\n", 2)[1]!, part);
    this.#names.push(e.op.name);
    this.flops += numel(this.out.shape);
    const args = e.args.map((a) => ({ name: this.#value(a), vector: !(a.kind === "read" && a.isPair) }));
    const scalars = e.op.scalars?.(e.attrs) ?? [];
    const fields = scalars.map((value, i) => {
      const declared = e.op.fn.params[e.args.length + i]!.type;
      return { name: this.#field(value, declared === "T" ? elementOf : declared), vector: false };
    });
    const first = this.#byElement || this.width === 1 ? "i" : "i * 4u";
    if (e.op.fn.placed) this.#isPlaced = true;
    return callOf(e.op.fn, name, [...args, ...fields], {
      prefix: this.options.prefix,
      width: this.width,
      dtype: e.dtype,
      first,
    });
  }

  #field(value: number, type: string, name = `${this.options.prefix}p${this.fields.length}`): string {
    this.fields.push({ name, type: type as Param["type"] });
    this.values[name] = value;
    return `params.${name}`;
  }

  /** Reads an element, or four, in the type that is computed in. */
  #read(input: Input): string {
    const text = this.#load(input);
    return input.dtype === "f16" ? `${elementType("f32", this.width === 4)}(${text})` : text;
  }

  #load(input: Input): string {
    const x = this.#bindingName(this.inputs.length);
    this.inputs.push(input);
    const { layout, mode, dtype, isPair } = input;
    const splat = (text: string) => (this.width === 4 ? `vec4<${dtype}>(${text})` : text);
    if (mode === "dense") return `${x}[${this.#byElement ? "i / 4u" : "i"}]`;
    if (isPair) return `vec2u(${x}[${layout.offset}u], ${x}[${layout.offset + 1}u])`;
    if (mode === "constant") return splat(`${x}[${this.#field(layout.offset, "u32")}]`);
    if (this.width === 4 && input.four!.kind !== "same") return this.#loadFour(x, input, input.four!);
    return splat(`${x}[${this.#stridedIndex(x, layout)}]`);
  }

  /** Reads four neighbours of a strided layout. */
  #loadFour(x: string, { layout, dtype }: Input, four: Exclude<FourReads, { kind: "same" }>): string {
    const type = elementType(dtype, true);
    if (four.kind === "single")
      return `${type}(${this.#indices(x, layout, four.step)
        .map((at) => `${x}[${at}]`)
        .join(", ")})`;
    const at = this.#stridedIndex(x, layout);
    const start = four.back ? `(${at} - ${four.back}u)` : at;
    if (four.kind === "lanes" && four.lanes.every((l, n) => l === n)) return `${x}[${start} / 4u]`;
    this.#linesFor("strided").push(`let ${x}_lo = ${x}[${start} / 4u];`);
    const [lo, hi] = [`${x}_lo`, `${x}_hi`];
    if (four.kind === "shifted" || four.lanes.some((l) => l > 3))
      // If this is beyond the buffer, no lane of it is used.
      this.#linesFor("strided").push(`let ${hi} = ${x}[min(${start} / 4u + 1u, arrayLength(&${x}) - 1u)];`);
    if (four.kind === "lanes") return lanesOf(type, lo, hi, four.lanes);
    const shifted = `${this.options.prefix}shifted_${dtype}`;
    this.#functions.set(shifted, shiftedFunction(shifted, type));
    const call = `${shifted}(${lo}, ${hi}, ${start} % 4u)`;
    return four.back ? `${call}.wzyx` : call;
  }

  /** The indices of four neighbours: a step apart, or each computed by itself. */
  #indices(x: string, layout: Layout, step: number | undefined): string[] {
    if (step !== undefined) {
      const at = this.#stridedIndex(x, layout);
      return [0, 1, 2, 3].map((n) => `${at} + ${(n * step) >>> 0}u`);
    }
    const { lines, at } = indexLines(x, layout, "i", this.#start(layout));
    this.#functions.set(`${x}_of`, `fn ${x}_of(i: u32) -> u32 {\n  ${lines.join("\n  ")}\n  return ${at};\n}`);
    return [0, 1, 2, 3].map((n) => `${x}_of(${this.#first} + ${n}u)`);
  }

  /** Whether the buffer is declared as an array of vec4s. */
  #isVector({ mode, four }: Input): boolean {
    return this.width === 4 && (mode === "dense" || four?.kind === "lanes" || four?.kind === "shifted");
  }

  /** The offset of a layout. It is a parameter, so that one kernel reads all pieces of a tensor. */
  #start({ offset }: Layout): string {
    return offset ? this.#field(offset, "u32") : "";
  }

  #stridedIndex(x: string, layout: Layout): string {
    if (isByChannel(layout, this.options.channel)) {
      const start = this.#start(layout);
      return start ? `(channel + ${start})` : "channel";
    }
    const { lines, at } = indexLines(x, layout, this.#first, this.#start(layout));
    this.#linesFor("strided").push(...lines, `let ${x}_at = ${at};`);
    return `${x}_at`;
  }

  /** WGSL of the number of the first element that is computed. */
  get #first(): string {
    const i = this.step ? "first" : "i";
    return this.width === 4 && !this.#byElement ? `${i} * 4u` : i;
  }

  /** Whether `i` counts elements though four are computed at a time. */
  get #byElement(): boolean {
    return this.width === 4 && this.options.counts === "elements";
  }

  #bindingName(n: number): string {
    return `${this.options.prefix}x${n}`;
  }
}
