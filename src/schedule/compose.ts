import type { DType } from "../core/dtype";
import { numel } from "../core/shape";
import type { Layout, PointwiseOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import {
  type Channel,
  type Dispatch,
  EPILOGUE_HOOK,
  type Param,
  packParams,
  type Variant,
  workgroupsFor,
} from "../kernel/kernel";
import { instantiate } from "../kernel/scalarFunction";
import { broadcastLayout, coalesce, isConstant, isContiguous } from "./layout";
import { appendParams, elementType, fourOf, readBinding } from "./wgsl";

/** A buffer and how it is read. */
export interface Reading {
  readonly base: Tensor;
  readonly layout: Layout;
}

/** What the composed kernel computes for one element: a value read from memory, or a scalar function of such values. */
export type Expression =
  | { readonly kind: "read"; readonly reading: Reading; readonly dtype: DType }
  | {
      readonly kind: "apply";
      readonly op: PointwiseOp<object>;
      readonly attrs: object;
      readonly dtype: DType;
      readonly args: readonly Expression[];
    };

const WORKGROUP = 64;

/** Storage buffers that every device lets one kernel bind. */
const MAX_BUFFERS = 8;

/**
 * One kernel that evaluates `expression` for every element of `out`, made of the hand-written functions of
 * shaders/pointwise. Reads follow strides by index arithmetic. Where sizes and strides allow, an invocation makes four
 * neighbouring elements and memory is read and written as vec4.
 */
export function compose(expression: Expression, out: Tensor): Dispatch {
  const writer = new KernelWriter(out);
  const result = writer.emit(expression);
  return writer.dispatch(result);
}

/**
 * The dispatch of a kernel with a hook, with `expression` evaluated on each result before it is written to `out`.
 * @param host what stands for the kernel's own result in the expression
 * @returns null where the kernel would bind too many buffers
 */
export function composeEpilogue(expression: Expression, host: Expression, out: Tensor, d: Dispatch): Dispatch | null {
  const byFour = d.variant.code.match(EPILOGUE_HOOK)?.groups?.type === "vec4f";
  const writer = new KernelWriter(out, host, { channel: d.channel, byFour });
  const result = writer.emit(expression);
  return writer.hangOn(d, result);
}

/** Memory as the kernel sees it: which element the i-th result reads. */
interface Input {
  readonly reading: Reading;
  readonly layout: Layout;
  readonly dtype: DType;
  readonly mode: "dense" | "constant" | "strided";
}

interface Hook {
  /** Whether four neighbours come at a time. */
  readonly byFour: boolean;
  /** What the kernel can say of the place of the value, so that it need not be worked out. */
  readonly channel?: Channel | undefined;
}

class KernelWriter {
  readonly #inputs: Input[] = [];
  readonly #functions = new Map<string, string>();
  readonly #fields: Param[] = [];
  readonly #values: Record<string, number> = {};
  readonly #lines: string[] = [];
  readonly #emitted = new Map<Expression, string>();
  readonly #names: string[] = [];
  #flops = 0;
  #width: 1 | 4 = 1;

  constructor(
    readonly out: Tensor,
    /** In an epilogue: the expression that is the value handed in. */
    readonly host?: Expression,
    /** What the kernel that an epilogue hangs on hands it. */
    readonly hook: Hook = { byFour: true },
  ) {
    if (!host) this.#field(0, "u32", "len");
  }

  /** Writes the lines that compute an expression and returns the name of its value. */
  emit(expression: Expression): string {
    const byFour = this.hook.byFour && this.out.size % 4 === 0 && this.#readsByFour(expression);
    this.#width = byFour ? 4 : 1;
    return this.#value(expression);
  }

  #readsByFour(e: Expression): boolean {
    if (e === this.host) return true;
    if (e.kind === "apply") return e.args.every((a) => this.#readsByFour(a));
    const { layout, mode } = this.#inputOf(e);
    if (mode !== "strided") return true;
    const inner = layout.shape.length - 1;
    if (layout.shape[inner]! % 4 !== 0) return false;
    if (layout.strides[inner] === 0) return true;
    return (
      layout.strides[inner] === 1 && layout.offset % 4 === 0 && layout.strides.slice(0, inner).every((s) => s % 4 === 0)
    );
  }

  #inputOf(e: Expression & { kind: "read" }): Input {
    const layout = coalesce(broadcastLayout(e.reading.layout, this.out.shape));
    const mode = isConstant(layout) ? "constant" : isContiguous(layout) ? "dense" : "strided";
    return { reading: e.reading, layout, dtype: e.dtype, mode };
  }

  #value(e: Expression): string {
    const known = e === this.host ? "value" : this.#emitted.get(e);
    if (known) return known;
    const text = e.kind === "read" ? this.#read(this.#inputOf(e)) : this.#apply(e);
    const name = `v${this.#emitted.size}`;
    this.#lines.push(`let ${name} = ${text};`);
    this.#emitted.set(e, name);
    return name;
  }

  #apply(e: Expression & { kind: "apply" }): string {
    const { name, code } = instantiate(e.op.fn, e.args[0]?.dtype ?? e.dtype);
    this.#functions.set(name, code);
    this.#names.push(e.op.name);
    this.#flops += this.out.size;
    const args = e.args.map((a) => ({ name: this.#value(a), vector: true }));
    const scalars = e.op.scalars?.(e.attrs) ?? [];
    const fields = scalars.map((value, i) => {
      const declared = e.op.fn.params[e.args.length + i]!.type;
      return { name: this.#field(value, declared === "T" ? e.dtype : declared), vector: false };
    });
    const call = (lane: string) =>
      `${name}(${[...args, ...fields].map((a) => (a.vector ? a.name + lane : a.name)).join(", ")})`;
    if (this.#width === 1) return call("");
    return `vec4<${e.dtype}>(${[".x", ".y", ".z", ".w"].map(call).join(", ")})`;
  }

  #field(value: number, type: string, name = `${this.host ? "e" : "p"}${this.#fields.length}`): string {
    this.#fields.push({ name, type: type as Param["type"] });
    this.#values[name] = value;
    return `params.${name}`;
  }

  #read(input: Input): string {
    const x = this.#bindingName(this.#inputs.length);
    this.#inputs.push(input);
    const { layout, mode, dtype } = input;
    const splat = (text: string) => (this.#width === 4 ? `vec4<${dtype}>(${text})` : text);
    if (mode === "dense") return `${x}[${this.host && this.#width === 4 ? "i / 4u" : "i"}]`;
    if (mode === "constant") return splat(`${x}[${this.#field(layout.offset, "u32")}]`);
    const index = this.#isByChannel(layout) ? `(channel + ${layout.offset}u)` : this.#stridedIndex(x, layout);
    if (this.#width === 1) return `${x}[${index}]`;
    return this.#isVector(input) ? `${x}[${index} / 4u]` : splat(`${x}[${index}]`);
  }

  /** Whether each channel reads one element of its own, in order. */
  #isByChannel({ shape, strides }: Layout): boolean {
    const d = strides.findIndex((s) => s !== 0);
    const { channel } = this.hook;
    if (!channel || strides[d] !== 1 || strides.some((s, other) => other !== d && s !== 0)) return false;
    return shape[d] === channel.size && numel(shape.slice(d + 1)) === channel.inner;
  }

  /** Whether the buffer is declared as an array of vec4. */
  #isVector({ mode, layout }: Input): boolean {
    return this.#width === 4 && (mode === "dense" || (mode === "strided" && layout.strides.at(-1) === 1));
  }

  /**
   * `offset + Σ coordinate · stride`, taking the coordinates off the element's number from the innermost on. Sizes are
   * constants: dividing by a number that is known costs a multiplication, by one that is not about as much as all the rest.
   */
  #stridedIndex(x: string, { shape, strides, offset }: Layout): string {
    const terms = offset ? [`${offset}u`] : [];
    const rest = `${x}_rest`;
    this.#lines.push(`var ${rest} = ${this.#width === 4 && !this.host ? "i * 4u" : "i"};`);
    for (let d = shape.length - 1; d >= 0; d--) {
      const outermost = d === 0;
      const size = `${shape[d]}u`;
      if (strides[d] !== 0) {
        const coordinate = `${x}_${d}`;
        this.#lines.push(`let ${coordinate} = ${outermost ? rest : `${rest} % ${size}`};`);
        terms.push(strides[d] === 1 ? coordinate : `${coordinate} * ${strides[d]}u`);
      }
      if (!outermost) this.#lines.push(`${rest} /= ${size};`);
    }
    this.#lines.push(`let ${x}_at = ${terms.join(" + ") || "0u"};`);
    return `${x}_at`;
  }

  #elementOf(input: Input): string {
    return elementType(input.dtype, this.#isVector(input));
  }

  #bindingName(n: number): string {
    return this.host ? `epilogue_x${n}` : `x${n}`;
  }

  /** The kernel of a dispatch with its hook replaced by the lines written here. */
  hangOn(d: Dispatch, result: string): Dispatch | null {
    const { variant } = d;
    const first = variant.bindings.length;
    if (first + this.#inputs.length > MAX_BUFFERS) return null;
    const bindings = this.#inputs.map((input, n) => ({ name: this.#bindingName(n), type: this.#elementOf(input) }));
    const declared = bindings.map((b, n) => readBinding(first + n, b.name, b.type));
    const body = [...this.#lines, `return ${result};`].join("\n  ");
    const functions = [...declared, ...this.#functions.values()].join("\n");
    const { type, channel = "" } = variant.code.match(EPILOGUE_HOOK)!.groups!;
    const own = this.#width === 4 ? "vec4f" : "f32";
    const name = own === type ? "epilogue" : "epilogue_of_one";
    const one = `${functions}\nfn ${name}(value: ${own}, i: u32${channel}) -> ${own} {\n  ${body}\n}`;
    const epilogue = own === type ? one : `${one}\n${fourOf(name, channel !== "")}`;
    const fields = this.#fields.map((f) => `, ${f.name}: ${f.type}`).join("");
    const code = variant.code
      .replace(EPILOGUE_HOOK, epilogue)
      .replace(/(struct Params \{[^}]*?),?\s*\}/, `$1${fields} }`)
      .replace(/@binding\(\d+\) var<uniform>/, `@binding(${first + bindings.length}) var<uniform>`);
    const read = bindings.map((b) => ({ name: b.name, access: "read" as const }));
    return {
      ...d,
      variant: {
        ...variant,
        key: code,
        name: `${variant.name}+${this.#name()}`,
        code,
        bindings: [...variant.bindings, ...read],
        params: [...variant.params, ...this.#fields],
        hook: false,
      },
      buffers: [...d.buffers, ...this.#inputs.map((i) => i.reading.base)],
      params: appendParams(d, this.#fields, this.#values),
      flops: d.flops + this.#flops,
    };
  }

  #name(): string {
    return [...this.#names].reverse().join("·");
  }

  dispatch(result: string): Dispatch {
    const count = this.out.size / this.#width;
    const variant = this.#variant(result);
    return {
      variant,
      buffers: [...this.#inputs.map((i) => i.reading.base), this.out],
      params: packParams(this.#fields, { ...this.#values, len: count }),
      workgroups: workgroupsFor(count, variant.workgroupSize),
      flops: this.#flops,
    };
  }

  #variant(result: string): Variant {
    const name = this.#name() || "copy";
    const bindings = this.#inputs.map((i, n) => ({ name: this.#bindingName(n), type: this.#elementOf(i) }));
    const code = `struct Params { ${this.#fields.map((f) => `${f.name}: ${f.type}`).join(", ")} }
${bindings.map((b, n) => readBinding(n, b.name, b.type)).join("\n")}
@group(0) @binding(${bindings.length}) var<storage, read_write> out: array<${elementType(this.out.dtype, this.#width === 4)}>;
@group(0) @binding(${bindings.length + 1}) var<uniform> params: Params;

${[...this.#functions.values()].join("\n")}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * ${WORKGROUP}u;
  if (i >= params.len) { return; }
  ${this.#lines.join("\n  ")}
  out[i] = ${result};
}
`;
    return {
      key: code,
      name,
      code,
      bindings: [...bindings.map((b) => ({ name: b.name, access: "read" as const })), { name: "out", access: "write" }],
      params: this.#fields,
      workgroupSize: [WORKGROUP, 1, 1],
      enables: [],
      hook: false,
    };
  }
}
