import { numel, type Spec } from "../core/shape";
import type { Layout } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import {
  type Dispatch,
  EPILOGUE_HOOK,
  MAX_BUFFERS,
  type Param,
  PROLOGUE_HOOK,
  packParams,
  TAIL_HOOK,
  workgroupsFor,
} from "../kernel/kernel";
import { resultsEach } from "../kernel/target";
import { withParamsAt } from "../kernel/variant";
import { composeCrossing } from "./crossing";
import { coalesce } from "./layout";
import {
  composedVariant,
  declarations,
  elementType,
  fitsHalves,
  fourElementsOf,
  fourOf,
  hungOn,
  indexLines,
  readBindings,
  reads,
  withoutFirst,
  writeBinding,
} from "./wgsl";
import { type Expression, Writer, type WriterOptions } from "./writer";

const WORKGROUP = 64;

/**
 * A kernel that evaluates `expression` for every element of `out`, composed of the hand-written functions of shaders/pointwise. It
 * follows strides by index arithmetic. Where sizes and strides allow, it reads, computes and writes four neighbours at a
 * time as vec4s.
 * @param withTail whether the kernel has {@link TAIL_HOOK}; `out` is f32 then
 * @param fewLanes whether the device has few lanes, so that each invocation computes several results
 * @param piece where the results are in `out`, if they are only a part of it
 */
export function compose(
  expression: Expression,
  out: Tensor,
  withTail: boolean,
  fewLanes: boolean,
  piece?: Layout,
): Dispatch {
  const crossing = piece ? null : composeCrossing(expression, out, withTail, fewLanes);
  if (crossing) return crossing;
  const made = piece ? { shape: piece.shape, dtype: out.dtype } : out;
  const size = numel(made.shape);
  const many = { gathers: fewLanes, each: resultsEach(size / 4, fewLanes) };
  const w = new Writer([expression], made, { prefix: "", byFour: true, counts: "fours", ...many });
  const count = size / w.width;
  const each = resultsEach(count, fewLanes);
  const several = fewLanes || each > 1;
  const own = several ? ["len", "each"] : ["len"];
  const fields = [...own.map((name) => ({ name, type: "u32" }) as const), ...w.fields];
  const place = piece && indexLines("out", coalesce(piece), w.width === 4 ? "i * 4u" : "i", `${piece.offset}u`);
  const at = place ? `(${place.at})${w.width === 4 ? " / 4u" : ""}` : "i";
  const body = [w.lines, ...(place?.lines ?? []), w.store(at, withTail)].join("\n  ");
  const code = kernelText(w, fields, out, withTail, several ? manyByOne(body, w) : one(body));
  const workgroupSize = [WORKGROUP, 1, 1] as const;
  return {
    variant: composedVariant({ name: w.name || "copy", code, params: fields, workgroupSize }, w.bindings),
    buffers: [...w.buffers, out],
    own: piece ? undefined : { reads: w.own, out: w.inputs.length },
    isPart: piece !== undefined,
    params: packParams(fields, { ...w.values, len: count, each }),
    workgroups: workgroupsFor(Math.ceil(count / each), workgroupSize),
    flops: w.flops,
  };
}

/** The text of a kernel. @param main the lines of `main` after those that come first, {@link Writer.before} */
const kernelText = (w: Writer, fields: readonly Param[], out: Tensor, withTail: boolean, main: string) =>
  `${declarations(w, fields, w.bindings, out, withTail)}@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  ${[w.before, main].filter(Boolean).join("\n  ")}
}
`;

/** The lines of `main` for an invocation that computes one result. @param made the lines that compute result i */
const one = (made: string) => `let i = gid.x + gid.y * groups.x * ${WORKGROUP}u;
  if (i >= params.len) { return; }
  ${made}`;

/** Invocations whose results alternate in memory: at least as many as run at a time on few lanes. */
const SIDE_BY_SIDE = 8;

/**
 * The same for an invocation that computes `each` results, {@link Writer.step} apart; by default so far apart that lanes which run at a
 * time read memory in order, as in shaders/include/share.wgsl.
 */
function manyByOne(made: string, { step, shared }: Writer): string {
  const by = `${step ?? SIDE_BY_SIDE}u`;
  const read = step ? `if (first >= params.len) { return; }\n  ${shared}\n  ` : "";
  return `let at = gid.x + gid.y * groups.x * ${WORKGROUP}u;
  let first = at / ${by} * ${by} * params.each + at % ${by};
  ${read}let end = min(first + ${by} * params.each, params.len);
  for (var i = first; i < end; i += ${by}) {
  ${made}
  }`;
}

/** Options for lines that compute on the results of a kernel, which it passes one or four at a time. */
const onResults = (prefix: string, host: Expression, type: string, { channel }: Dispatch): WriterOptions => ({
  prefix,
  counts: "elements",
  gathers: false,
  given: new Map([[host, "value"]]),
  channel,
  byFour: type === "vec4f",
});

/**
 * The dispatch of a kernel with {@link EPILOGUE_HOOK}, with `expression` evaluated on each result before it is written to `out`.
 * @param host the expression that stands for the kernel's own result
 * @returns null where the kernel would bind too many buffers, or cannot write the dtype of `out`
 */
export function composeEpilogue(expression: Expression, host: Expression, out: Tensor, d: Dispatch): Dispatch | null {
  const { variant } = d;
  if (!fitsHalves(d, out)) return null;
  const { type, channel = "" } = variant.code.match(EPILOGUE_HOOK)!.groups!;
  const w = new Writer([expression], out, onResults("epilogue_", host, type!, d));
  const first = variant.bindings.length;
  const last = first + w.inputs.length;
  if (last > MAX_BUFFERS) return null;
  const own = w.width === 4 ? "vec4f" : "f32";
  const name = own === type ? "epilogue" : "epilogue_of_one";
  const epilogue = [
    ...readBindings(w.bindings, first),
    w.functions,
    `fn ${name}(value: ${own}, i: u32${channel}) -> ${own} {\n  ${w.lines}\n  return ${w.result};\n}`,
    ...(own === type ? [] : [fourOf(name, channel !== "")]),
  ].join("\n");
  const begun = w.isLong ? oneByOne(variant.code) : variant.code;
  const hung = hungOn(d, w, {
    text: withParamsAt(begun.replace(EPILOGUE_HOOK, epilogue), last),
    name: `${variant.name}+${w.name}`,
    bindings: [...variant.bindings, ...reads(w.bindings)],
    buffers: [...d.buffers, ...w.buffers],
  });
  return { ...hung, own: { reads: w.own.map((n) => first + n), out: d.buffers.indexOf(out) } };
}

/** A kernel that writes several results at once, changed to write them in a loop: what is hung on it is then compiled once. */
const oneByOne = (code: string): string => code.replace(/^const AT_ONCE = 4u;/m, "const AT_ONCE = 1u;");

/**
 * The dispatch of a kernel with {@link TAIL_HOOK}, with `expression` evaluated on each result that it has stored, and written to
 * `out`.
 * @param host the expression that stands for the kernel's result
 * @returns null where the kernel has no such hook, or would bind too many buffers
 */
export function composeTail(expression: Expression, host: Expression, out: Tensor, d: Dispatch): Dispatch | null {
  const { variant } = d;
  const found = variant.code.match(TAIL_HOOK);
  if (!found) return null;
  const { type, channel = "" } = found.groups!;
  const w = new Writer([expression], out, onResults("tail_", host, type!, d));
  const first = variant.bindings.length;
  const last = first + w.inputs.length;
  if (last + 1 > MAX_BUFFERS || (type === "vec4f" && w.width !== 4)) return null;
  const [own, at] = w.width === 4 ? ["vec4f", "i / 4u"] : ["f32", "i"];
  const tail = [
    ...readBindings(w.bindings, first),
    writeBinding(last, "tail_out", elementType(out.dtype, w.width === 4)),
    w.functions,
    `fn tail(value: ${own}, i: u32${channel}) {\n  ${w.lines}\n  tail_out[${at}] = ${w.stored(w.result)};\n}`,
  ].join("\n");
  return hungOn(d, w, {
    text: withParamsAt(oneByOne(variant.code).replace(TAIL_HOOK, tail), last + 1),
    name: `${variant.name}⇉${w.name}`,
    bindings: [...variant.bindings, ...reads(w.bindings), { name: "tail_out", access: "write" }],
    buffers: [...d.buffers, ...w.buffers, out],
  });
}

/**
 * The dispatch of a kernel with {@link PROLOGUE_HOOK}, with `expression` evaluated in place of each read of the first input, which
 * then needs no buffer.
 * @returns null where the kernel would bind too many buffers
 */
export function composePrologue(expression: Expression, input: Spec, d: Dispatch): Dispatch | null {
  const { variant } = d;
  const { type } = variant.code.match(PROLOGUE_HOOK)!.groups!;
  const byFour = type === elementType(input.dtype, true);
  const w = new Writer([expression], input, { prefix: "prologue_", byFour, gathers: false, counts: "elements" });
  const added = w.inputs.length;
  if (variant.bindings.length - 1 + added > MAX_BUFFERS) return null;
  const own = elementType(input.dtype, w.width === 4);
  const name = own === type ? "element" : "element_of_one";
  const prologue = [
    ...readBindings(w.bindings, 0),
    w.functions,
    `fn ${name}(i: u32) -> ${own} {\n  ${w.lines}\n  return ${w.result};\n}`,
    ...(own === type ? [] : [fourElementsOf(name, type!)]),
  ].join("\n");
  const hung = hungOn(d, w, {
    text: withoutFirst(variant.code, added).replace(PROLOGUE_HOOK, prologue),
    name: `${w.name}→${variant.name}`,
    bindings: [...reads(w.bindings), ...variant.bindings.slice(1)],
    buffers: [...w.buffers, ...d.buffers.slice(1)],
    hook: variant.hook,
  });
  return { ...hung, own: undefined };
}
