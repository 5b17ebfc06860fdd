import type { DType } from "../core/dtype";
import { DeviceError } from "../core/errors.ts";
import type { Shape } from "../core/shape";
import {
  type Constants,
  constantsKey,
  type ElementTypes,
  enablesIn,
  forElements,
  substituteConstants,
  withParamsAt,
} from "./variant.ts";

/** What a dispatch binds: a tensor, to which the planner gives a buffer. */
export interface BufferRef {
  readonly id: number;
  readonly shape: Shape;
}

export interface Binding {
  readonly name: string;
  readonly access: "read" | "write";
}

export interface Param {
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
}

/** What the build learns from one WGSL file. */
export interface KernelInfo {
  readonly name: string;
  readonly code: string;
  /** Storage bindings in binding order; `write` means `read_write`. */
  readonly bindings: readonly Binding[];
  /** Fields of `struct Params`, all 4-byte scalars, in order; none where the kernel has no `params`. */
  readonly params: readonly Param[];
  /** Module constants with their values, which a variant may replace. */
  readonly constants: Readonly<Record<string, number>>;
  /** Literal sizes, or names of constants. */
  readonly workgroupSize: readonly (number | string)[];
  /** WGSL extensions that the file enables. */
  readonly enables: readonly string[];
  /** Whether results pass through {@link EPILOGUE_HOOK}, so that pointwise ops can be hung on. */
  readonly hook: boolean;
}

/**
 * The function that a kernel passes each result through, with the number i of its element; as written, it changes nothing. Some
 * kernels also say which channel (or column) the result belongs to, see {@link Dispatch.channel}. Some pass four neighbours at
 * a time: then i and channel are those of the first, and multiples of 4.
 */
export const EPILOGUE_HOOK =
  /fn epilogue\(value: (?<type>f32|vec4f), i: u32(?<channel>, channel: u32)?\) -> \k<type> \{ return value; \}/;

/** The function that a kernel calls with each result that it has stored, so that a second one can be computed from it and stored. */
export const TAIL_HOOK = /fn tail\(value: (?<type>f32|vec4f), i: u32(?<channel>, channel: u32)?\) \{\}/;

/**
 * The function by which a kernel reads its first input; pointwise ops can be computed in its place. Some kernels read four
 * neighbours at a time: then i is the number of the first, and a multiple of 4.
 */
export const PROLOGUE_HOOK = /fn element\(i: u32\) -> (?<type>[fiu]32|vec4<[fiu]32>) \{ return x\[i(?: \/ 4u)?\]; \}/;

/** The function that a kernel calls with a second result, see {@link withSide}; as written, it does nothing. */
const SIDE_HOOK = "fn side(value: f32, i: u32) {}";

/** A kernel with its constants set: what becomes one pipeline. */
export interface Variant {
  /** Kernel name and constants; equal keys mean equal code. */
  readonly key: string;
  readonly name: string;
  /** WGSL. */
  readonly code: string;
  /** @internal */
  readonly bindings: readonly Binding[];
  /** @internal */
  readonly params: readonly Param[];
  readonly workgroupSize: Workgroups;
  /** @internal */
  readonly enables: readonly string[];
  /** @internal */
  readonly hook: boolean;
  /** @internal Whether the loops that the code marks are unrolled before it is compiled, see `unroll.ts`. */
  readonly unrolled?: boolean;
}

/** One `dispatchWorkgroups` call as plain data. Nothing has been allocated or submitted. */
export interface Dispatch {
  readonly variant: Variant;
  /** One for each binding of the variant. */
  readonly buffers: readonly BufferRef[];
  readonly params: ArrayBuffer;
  readonly workgroups: Workgroups;
  /** Floating-point operations, for estimates and for cutting a plan into chunks. */
  readonly flops: number;
  /** @internal Bindings of which each invocation reads only the elements that it writes to binding `out`: it may write over them. */
  readonly own?: { readonly reads: readonly number[]; readonly out: number } | undefined;
  /** @internal Whether this is one of several dispatches, each of which writes a part of one result. */
  readonly isPart?: boolean | undefined;
  /** @internal What the epilogue's `channel` is: result i belongs to channel `i / inner % size`. */
  readonly channel?: Channel | undefined;
  /** Where this one does the work of several: their kernels and the shapes of their buffers, a line each. */
  readonly joins?: readonly string[] | undefined;
}

export interface Channel {
  readonly size: number;
  readonly inner: number;
}

/** Number of invocations: one number for kernels that count their elements in one dimension, else along x, y and z. */
type Grid = number | readonly [number, number?, number?];

export type Workgroups = readonly [x: number, y: number, z: number];

interface DispatchRequest<B extends string, P extends string, C extends string> {
  readonly buffers: Record<B, BufferRef>;
  /**
   * Invocations, rounded up to whole workgroups. Where these are too many along a dimension, they are folded for kernels that
   * include `unfolded.wgsl`, and refused for others.
   */
  readonly grid: Grid;
  readonly params?: Record<P, number>;
  readonly constants?: Partial<Record<C, number>>;
  /** What `T` stands for in a shader with `alias T = f32;`; default f32. */
  readonly dtype?: DType;
  /** What `O` stands for in a shader with `alias O = f32;`; default f32. */
  readonly outDType?: DType;
  /** What `G`, the dtype of the incoming gradient, stands for in a shader with `alias G = f32;`; default f32. */
  readonly gradDType?: DType;
  /** Unroll the loops that the shader marks, see {@link Variant.unrolled}. */
  readonly unrolled?: boolean;
  readonly flops?: number;
  readonly channel?: Channel;
}

/** Typed handle of one WGSL file. The type parameters come from the shader, see `*.d.wgsl.ts`. */
export class Kernel<B extends string = string, P extends string = string, C extends string = string> {
  readonly #variants = new Map<string, Variant>();
  constructor(readonly info: KernelInfo) {}

  /** The kernel with some of its constants replaced, for some element types; equal arguments give the same object. */
  variant(constants: Partial<Record<C, number>> = {}, unrolled = false, types: ElementTypes = {}): Variant {
    const changed = Object.entries(constants as Constants).filter(([name, v]) => v !== this.info.constants[name]);
    const other = Object.values(types).some((t) => t !== undefined && t !== "f32");
    const of = other ? ` ${types.T ?? "f32"}→${types.O ?? types.T ?? "f32"}${types.G ? ` of ${types.G}` : ""}` : "";
    const key = `${this.info.name}${constantsKey(Object.fromEntries(changed))}${of}${unrolled ? " unrolled" : ""}`;
    let variant = this.#variants.get(key);
    if (!variant) {
      const values = { ...this.info.constants, ...(constants as Constants) };
      const [x = 1, y = 1, z = 1] = this.info.workgroupSize.map((s) => (typeof s === "number" ? s : values[s]!));
      const code = forElements(substituteConstants(this.info.name, this.info.code, constants as Constants), types);
      const enables = enablesIn(code);
      variant = { ...this.info, key, code, enables, workgroupSize: [x, y, z], ...(unrolled && { unrolled }) };
      this.#variants.set(key, variant);
    }
    return variant;
  }

  /** One launch of the kernel, as data. @throws DeviceError where the grid is too large */
  dispatch(request: DispatchRequest<B, P, C>): Dispatch {
    const { buffers, grid, params = {}, constants, unrolled, flops = 0, channel } = request;
    const types = { T: request.dtype, O: request.outDType, G: request.gradDType };
    let variant = this.variant(constants, unrolled, types);
    let workgroups = workgroupsFor(grid, variant.workgroupSize);
    if (isTooLarge(workgroups) && "GROUPS_Z" in this.info.constants) {
      const [GROUPS_X, GROUPS_Y, GROUPS_Z] = workgroups;
      variant = this.variant({ ...constants, GROUPS_X, GROUPS_Y, GROUPS_Z } as typeof constants, unrolled, types);
      workgroups = [...folded(GROUPS_X * GROUPS_Y * GROUPS_Z), 1];
    }
    checkWorkgroups(this.info.name, workgroups);
    return {
      variant,
      buffers: variant.bindings.map((b) => buffers[b.name as B]),
      params: packParams(variant.params, params as Record<string, number>),
      workgroups,
      flops,
      channel,
    };
  }
}

/** The dispatch, which also writes to `out` what its kernel passes to {@link SIDE_HOOK}. */
export function withSide(d: Dispatch, out: BufferRef): Dispatch {
  const { variant } = d;
  const binding = variant.bindings.length;
  const declared = `@group(0) @binding(${binding}) var<storage, read_write> side_out: array<f32>;`;
  const side = `${declared}\nfn side(value: f32, i: u32) { side_out[i] = value; }`;
  const code = withParamsAt(variant.code.replace(SIDE_HOOK, side), binding + 1);
  const bindings = [...variant.bindings, { name: "side_out", access: "write" as const }];
  return { ...d, variant: { ...variant, key: `${variant.key}+side`, code, bindings }, buffers: [...d.buffers, out] };
}

/** The bytes of `struct Params`: 4-byte scalars in order, padded to a multiple of 16 bytes. */
export function packParams(fields: readonly Param[], values: Record<string, number>): ArrayBuffer {
  const bytes = new ArrayBuffer(Math.ceil(fields.length / 4) * 16);
  const view = new DataView(bytes);
  fields.forEach(({ name, type }, i) => {
    const value = values[name]!;
    if (type === "f32") view.setFloat32(4 * i, value, true);
    else if (type === "i32") view.setInt32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
  return bytes;
}

/** Storage buffers that a kernel may bind on every device. */
export const MAX_BUFFERS = 8;

/** Workgroups that a launch may have along a dimension, on every device. */
export const MAX_WORKGROUPS = 65535;

/** Workgroups that may be too many for one dimension, as layers of equal length. */
export function folded(groups: number): readonly [length: number, layers: number] {
  const layers = Math.ceil(groups / MAX_WORKGROUPS);
  return [Math.ceil(groups / layers), layers];
}

/** Whole workgroups for a grid; a one-dimensional grid that is too long is folded into y. */
export function workgroupsFor(grid: Grid, size: Workgroups): Workgroups {
  if (typeof grid === "number") return [...folded(Math.ceil(grid / size[0])), 1];
  const [x, y = 1, z = 1] = grid;
  return [Math.ceil(x / size[0]), Math.ceil(y / size[1]), Math.ceil(z / size[2])];
}

const isTooLarge = (workgroups: Workgroups): boolean => workgroups.some((n) => n > MAX_WORKGROUPS);

function checkWorkgroups(kernel: string, workgroups: Workgroups): void {
  if (!isTooLarge(workgroups)) return;
  const details = { workgroups: workgroups.join(" · "), limit: `${MAX_WORKGROUPS} along a dimension` };
  throw new DeviceError(kernel, "too much work for one launch", details, "use a smaller batch, or a smaller layer");
}
