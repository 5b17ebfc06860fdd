// Which launch does the work of a counter besides its own, and which counters become one launch.
import { expect, test } from "vitest";
import increment from "../../shaders/increment.wgsl";
import set from "../../shaders/set_flag.wgsl";
import { data, scratch, state, type Tensor } from "../../src/graph/tensor";
import { type Dispatch, Kernel } from "../../src/kernel/kernel";
import { withCarried } from "../../src/schedule/carry";
import { withSinglesJoined } from "../../src/schedule/oneLaunch";

/** A kernel of `reads` inputs, all of them copied, whose text is as long as its name. */
const copying = (name: string, reads = 1) => {
  const all = Array.from({ length: reads }, (_, n) => `x${n}`);
  return new Kernel({
    name,
    code: `// ${name}
struct Params { len: u32 }
${all.map((x, n) => `@group(0) @binding(${n}) var<storage, read> ${x}: array<f32>;`).join("\n")}
@group(0) @binding(${reads}) var<storage, read_write> out: array<f32>;
@group(0) @binding(${reads + 1}) var<uniform> params: Params;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = 64u * group.x + lane;
  if (i < params.len) { out[i] = ${all.map((x) => `${x}[i]`).join(" + ")}; }
}
`,
    bindings: [...all.map((x) => ({ name: x, access: "read" as const })), { name: "out", access: "write" }],
    params: [{ name: "len", type: "u32" }],
    constants: {},
    workgroupSize: [64],
    enables: [],
    hook: false,
  });
};

const size = 100;
const x = data({ shape: [size], dtype: "f32" }, new Float32Array(size));
const space = () => scratch({ shape: [size], dtype: "f32" });
const copied = (name: string, inputs: readonly Tensor[] = [x], out: Tensor = space()): Dispatch =>
  copying(name, inputs.length).dispatch({
    buffers: { ...Object.fromEntries(inputs.map((t, n) => [`x${n}`, t])), out },
    grid: size,
    params: { len: size },
  });
const counter = (name: string) => state(name, { shape: [4], dtype: "u32" });
const counted = (counters: Tensor, index = 0): Dispatch =>
  increment.dispatch({ buffers: { counters }, params: { index, len: counters.size }, grid: 1 });
const named = ({ dispatches }: { readonly dispatches: readonly Dispatch[] }) => dispatches.map((d) => d.variant.name);
const carried = (dispatches: readonly Dispatch[], firstUpdate = dispatches.length) =>
  withCarried({ dispatches, firstUpdate }, new Map());

test("the shortest text carries, before or after", () => {
  const list = [copied("longest"), counted(counter("c")), copied("short"), copied("middle")];
  const made = carried(list, 1);
  expect(named(made)).toEqual(["longest", "short & increment", "middle"]);
  expect(made.firstUpdate).toBe(1);
  expect(carried(list, 2).firstUpdate).toBe(1);
  const { variant, buffers, params } = made.dispatches[1]!;
  expect(variant.bindings.map((b) => `${b.name} ${b.access}`)).toEqual([
    "x0 read",
    "out write",
    "carried2_counters write",
  ]);
  expect(buffers.slice(0, 2)).toEqual(list[2]!.buffers);
  expect(buffers[2]).toBe(list[1]!.buffers[0]);
  expect(variant.params.map((p) => p.name)).toEqual(["len", "carried2_index", "carried2_len"]);
  expect([...new Uint32Array(params).slice(0, 3)]).toEqual([size, 0, 4]);
});

test("a launch that reads the counter is not passed", () => {
  const c = state("c", { shape: [size], dtype: "f32" });
  const flag = set.dispatch({ buffers: { state: c }, params: { len: 1, value: 1 }, grid: 1 });
  const reading = copied("reads it", [c]);
  expect(named(carried([copied("a"), reading, flag]))).toEqual(["a", "reads it", "set_flag"]);
  expect(named(carried([copied("a"), reading, copied("longer"), flag, copied("longest")]))).toEqual([
    "a",
    "reads it",
    "longer & set_flag",
    "longest",
  ]);
  expect(named(carried([copied("longer"), flag, copied("a", [x], c), copied("b")]))).toEqual([
    "longer & set_flag",
    "a",
    "b",
  ]);
});

test("what cannot carry: a pipeline of two launches, too many buffers, no launch", () => {
  const twice = copying("twice");
  const again = () => twice.dispatch({ buffers: { x0: x, out: space() }, grid: size, params: { len: size } });
  const seven = copied("seven", [x, x, x, x, x, x, x]);
  const six = copied("six and one", [x, x, x, x, x, x]);
  const [a, b] = [counted(counter("a")), counted(counter("b"))];
  expect(named(carried([again(), seven, a, again()]))).toEqual(["twice", "seven", "increment", "twice"]);
  expect(named(carried([six, seven, a, b]))).toEqual(["six and one & increment", "seven", "increment"]);
  expect(named(carried([copied("room"), a, b]))).toEqual(["room & increment & increment"]);
  expect(named(carried([a]))).toEqual(["increment"]);
});

test("counters that follow each other are one launch", () => {
  const c = counter("c");
  const list = [copied("a"), counted(c, 1), counted(c, 2), copied("b"), counted(counter("d"))];
  const made = withSinglesJoined({ dispatches: list, firstUpdate: 1 }, new Map());
  expect(named(made)).toEqual(["a", "2 in one", "b", "increment"]);
  expect(made.firstUpdate).toBe(1);
  expect(made.dispatches[1]!.variant.workgroupSize).toEqual([1, 1, 1]);
  expect(made.dispatches[1]!.joins).toHaveLength(2);
  expect(withSinglesJoined({ dispatches: list, firstUpdate: 4 }, new Map()).firstUpdate).toBe(3);
});
