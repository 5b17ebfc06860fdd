import { typedArray } from "../../../src/core/dtype";
import { numel } from "../../../src/core/shape";
import * as w from "../../../src/index";
import { ONNX_TYPES } from "../protobuf";
import { axisLast, type Call, fromFirst, type Operator, storedAs, Value, want } from "../value";

async function reshape(c: Call): Promise<w.Tensor | Value> {
  const x = c.value(0);
  const wanted = (await c.intsOrInput("shape", 1))!;
  const zero = c.int("allowzero", 0) === 1;
  const sizes = wanted.map((s, d) => (s === 0 && !zero ? x.shape[d]! : s));
  want(!sizes.includes(0), "empty tensor", `[${sizes}]`);
  return reshaped(x, sizes);
}

/** Known numbers stay known. */
function reshaped(x: Value, sizes: readonly number[]): w.Tensor | Value {
  if (!x.known) return w.reshape(x.tensor, sizes);
  const rest = sizes.reduce((n, s) => (s < 0 ? n : n * s), 1);
  const shape = sizes.map((s) => (s < 0 ? numel(x.shape) / rest : s));
  return new Value(shape, x.dtype, x.known);
}

async function squeeze(c: Call): Promise<w.Tensor | Value> {
  const x = c.value(0);
  const axes = (await c.intsOrInput("axes", 1))?.map((a) => fromFirst(a, x.shape.length));
  return reshaped(
    x,
    x.shape.filter((size, d) => (axes ? !axes.includes(d) : size !== 1)),
  );
}

async function unsqueeze(c: Call): Promise<w.Tensor | Value> {
  const x = c.value(0);
  const given = (await c.intsOrInput("axes", 1))!;
  const rank = x.shape.length + given.length;
  const axes = given.map((a) => fromFirst(a, rank));
  const left = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, d) => (axes.includes(d) ? 1 : left.shift()!)),
  );
}

/** Ranges that leave the axis are cut, as in Python. */
async function slice(c: Call): Promise<w.Tensor> {
  const x = c.x();
  const starts = (await c.intsOrInput("starts", 1))!;
  const ends = (await c.intsOrInput("ends", 2))!;
  const axes = (await c.intsOrInput("axes", 3)) ?? starts.map((_, d) => d);
  const steps = (await c.numbers(4)) ?? starts.map(() => 1);
  const ranges = axes.map((axis, i) => {
    const [size, step] = [x.shape[fromFirst(axis, x.shape.length)]!, steps[i]!];
    const [low, high] = step < 0 ? [-1, size - 1] : [0, size];
    const at = (p: number) => Math.min(high, Math.max(low, p < 0 ? p + size : p));
    const [start, end] = [at(starts[i]!), at(ends[i]!)];
    want(Math.ceil((end - start) / step) > 0, "empty tensor", `${start} to ${end} by ${step}`);
    return { start, end: end < 0 ? undefined : end };
  });
  const part = (key: "start" | "end") => ranges.map((r) => r[key]);
  return w.slice(x, axes, part("start"), part("end"), steps);
}

async function split(c: Call): Promise<w.Tensor[]> {
  const x = c.x();
  const axis = fromFirst(c.int("axis", 0), x.shape.length);
  const sizes = (await c.intsOrInput("split", 1)) ?? c.node.outputs.map(() => x.shape[axis]! / c.node.outputs.length);
  want(!sizes.includes(0), "empty tensor", `split ${sizes}`);
  return w.split(x, sizes, axis);
}

async function pad(c: Call): Promise<w.Tensor> {
  const x = c.x();
  const rank = x.shape.length;
  const counts = (await c.intsOrInput("pads", 1))!;
  const mode = { constant: "constant", reflect: "reflect", edge: "replicate", wrap: "circular" }[
    c.text("mode", "constant")
  ];
  want(mode !== undefined, "attribute", "mode of Pad");
  want(!counts.some((n) => n < 0), "attribute", "negative pads");
  const [value] = (await c.numbers(2)) ?? [c.float("value", 0)];
  const byAxis = Array.from({ length: rank }, (_, i) => [counts[rank - 1 - i]!, counts[2 * rank - 1 - i]!]);
  return w.pad(x, byAxis.flat(), { mode: mode as "constant", value: mode === "constant" ? value : 0 });
}

/** Negative indices count from the end. */
const wrapped = (index: w.Tensor, size: number): w.Tensor =>
  index.dtype === "u32" ? index : w.where(w.less(index, 0), w.add(index, size), index);

function gather(c: Call): w.Tensor {
  const [x, index] = [c.x(0), c.x(1)];
  const axis = fromFirst(c.int("axis", 0), x.shape.length);
  const picked = w.indexSelect(x, axis, w.reshape(wrapped(index, x.shape[axis]!), [-1]));
  return w.reshape(picked, [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)]);
}

function gatherElements(c: Call): w.Tensor {
  const [x, index] = [c.x(0), c.x(1)];
  const axis = fromFirst(c.int("axis", 0), x.shape.length);
  return w.gather(x, axis, wrapped(index, x.shape[axis]!));
}

/** Only sums: wgrad has no scatter that replaces. */
function scatterElements(c: Call): w.Tensor {
  want(c.text("reduction", "none") === "add", "op missing", "ScatterElements that replaces");
  const [x, index] = [c.x(0), c.x(1)];
  const axis = fromFirst(c.int("axis", 0), x.shape.length);
  return w.scatterAdd(x, axis, wrapped(index, x.shape[axis]!), c.x(2));
}

async function oneHot(c: Call): Promise<w.Tensor> {
  const [depth] = (await c.numbers(1)) as [number];
  const [off, on] = (await c.numbers(2)) as [number, number];
  const indices = w.cast(c.x(0), "i32");
  const rank = indices.shape.length + 1;
  const hot = w.oneHot(wrapped(indices, depth), depth);
  const { back } = axisLast(fromFirst(c.int("axis", -1), rank), rank);
  return w.cast(w.permute(w.add(w.mul(hot, on - off), off), back), c.value(2).dtype);
}

async function trilu(c: Call): Promise<w.Tensor> {
  const [k] = (await c.numbers(1)) ?? [0];
  return (c.int("upper", 1) ? w.triu : w.tril)(c.x(), k);
}

function shape(c: Call): Value {
  const { shape } = c.value(0);
  return Value.ints(shape.slice(c.int("start", 0), c.int("end", shape.length)));
}

async function filled(c: Call): Promise<Value> {
  const sizes = (await c.numbers(0))!;
  const value = c.attribute("value")?.t;
  const { dtype, known } = value ? Value.from(value) : new Value([1], "f32", Float32Array.of(0));
  return new Value(sizes, dtype, typedArray(dtype, Array<number>(numel(sizes)).fill(known![0]!)));
}

function constant(c: Call): Value {
  const { value, value_int, value_ints, value_float, value_floats } = c.node.attributes;
  if (value?.t) return Value.from(value.t);
  if (value_int || value_ints) return Value.ints(value_ints?.ints ?? [value_int!.i!], value_int ? [] : undefined);
  const floats = value_floats?.floats ?? [value_float?.f ?? Number.NaN];
  want(!floats.some(Number.isNaN), "attribute", "Constant without a tensor");
  return new Value(value_floats ? [floats.length] : [], "f32", Float32Array.from(floats));
}

function flatten(c: Call): w.Tensor | Value {
  const x = c.value(0);
  const before = x.shape.slice(0, fromFirst(c.int("axis", 1), x.shape.length));
  return reshaped(x, [numel(before), -1]);
}

async function expand(c: Call): Promise<w.Tensor> {
  const x = c.x();
  const sizes = (await c.numbers(1))!;
  const rank = Math.max(sizes.length, x.shape.length);
  const at = (list: readonly number[], d: number) => list[d - rank + list.length] ?? 1;
  return w.expand(
    x,
    Array.from({ length: rank }, (_, d) => Math.max(at(sizes, d), at(x.shape, d))),
  );
}

async function range(c: Call): Promise<w.Tensor> {
  const [start, limit, delta] = (await Promise.all([0, 1, 2].map((i) => c.numbers(i)))).map((v) => v![0]!);
  return w.arange(start!, limit, delta, c.value(0).dtype);
}

export const shapes: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: (c) =>
    w.permute(
      c.x(),
      c.ints("perm") ??
        c
          .x()
          .shape.map((_, d) => d)
          .reverse(),
    ),
  Slice: slice,
  Concat: (c) => (c.inputs.length === 1 ? c.x() : w.concat(c.all(), c.int("axis", 1))),
  Split: split,
  Pad: pad,
  Expand: expand,
  Tile: async (c) => w.tile(c.x(), (await c.numbers(1))!),
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  OneHot: oneHot,
  Trilu: trilu,
  Shape: shape,
  Size: (c) => Value.ints([numel(c.value(0).shape)], []),
  Constant: constant,
  ConstantOfShape: filled,
  Range: range,
  EyeLike: (c) => {
    want(c.int("k", 0) === 0, "attribute", "k of EyeLike");
    const [n, m] = c.value(0).shape as [number, number];
    const type = ONNX_TYPES[c.int("dtype", 0)];
    return w.eye(n, m, type ? storedAs(type) : c.value(0).dtype);
  },
};
