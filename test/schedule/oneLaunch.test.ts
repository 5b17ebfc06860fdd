// Which dispatches become one launch, and where its invocations wait for each other.
import { expect, test } from "vitest";
import { Arena } from "../../src/graph/arena";
import { data, parameter, scratch, type Tensor } from "../../src/graph/tensor";
import { type Dispatch, Kernel } from "../../src/kernel/kernel";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { asOneLaunch, isSmall } from "../../src/schedule/oneLaunch";

const copy = new Kernel({
  name: "copy",
  code: `struct Params { len: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x < params.len) { out[gid.x] = x[gid.x]; }
}
`,
  bindings: [
    { name: "x", access: "read" },
    { name: "out", access: "write" },
  ],
  params: [{ name: "len", type: "u32" }],
  constants: {},
  workgroupSize: [64],
  enables: [],
  hook: false,
});

const copied = (x: Tensor, out: Tensor, flops = 0): Dispatch =>
  copy.dispatch({ buffers: { x, out }, grid: x.size, params: { len: x.size }, flops });
const given = (size: number) => data({ shape: [size], dtype: "f32" }, new Float32Array(size));
const space = (size = 6) => scratch({ shape: [size], dtype: "f32" });
const joined = (dispatches: readonly Dispatch[], firstUpdate = dispatches.length) =>
  asOneLaunch({ dispatches, firstUpdate, kept: new Set(), direct: new Map() }, BASELINE_TARGET);
/** The numbers of the parts of a launch before which all wait. */
const waits = ({ variant }: Dispatch) =>
  variant.code
    .split(/(?= {2}storageBarrier\(\);\n)/)
    .slice(1)
    .map((text) => Number(/p(\d+)_main\(/.exec(text)![1]));

test("all wait where a part reads what was written, or writes what was read, since they last did", () => {
  const x = given(6);
  const [a, b, c, d, e] = [space(), space(), space(), space(), space()];
  const parts = [copied(x, a), copied(x, b), copied(a, c), copied(b, d), copied(d, a), copied(c, e)];
  const { dispatches } = joined(parts)!;
  expect(dispatches).toHaveLength(1);
  // 2 reads what 0 wrote; 4 reads what 3 wrote, and writes what 2 read; 5 reads what was there before 4.
  expect(waits(dispatches[0]!)).toEqual([2, 4]);
  const [f, g] = [space(), space()];
  expect(waits(joined([copied(f, a), copied(x, g), copied(x, f)])!.dispatches[0]!)).toEqual([2]);
});

test("parts of a buffer are what they overlap", () => {
  const weights = [5, 6].map((n, i) => parameter(`w${i}`, { shape: [n], dtype: "f32" }, () => new Float32Array(n)));
  const arena = Arena.of(weights);
  const all = given(arena.length);
  const [a, b] = [space(5), space(6)];
  const { dispatches, firstUpdate } = joined(
    [copied(weights[1]!, b), copied(a, weights[0]!), copied(weights[1]!, b), copied(all, arena.parameters)],
    3,
  )!;
  expect(waits(dispatches[0]!)).toEqual([2, 3]); // 2 writes what 0 wrote
  expect(firstUpdate).toBe(0);
  expect(dispatches[0]!.joins!.map((line) => line.match(/x=(\S+)\[/)![1])).toEqual([
    "memory_0+64",
    "memory_1+8",
    "memory_0+64",
    "memory_2",
  ]);
  // A parameter in a buffer that is not written may move away.
  expect(joined([copied(weights[0]!, a), copied(weights[1]!, b)])).toBeNull();
});

test("tensors that share a buffer begin at whole vec4s", () => {
  const x = given(5);
  const [a, b, c] = [space(5), space(5), space(5)];
  const [launch] = joined([copied(x, a), copied(a, b), copied(b, c)])!.dispatches;
  expect(launch!.joins!.map((line) => line.match(/out=(\S+)\[/)![1])).toEqual([
    "memory_1",
    "memory_1+8",
    "memory_1+16",
  ]);
  expect(launch!.buffers[1]!.shape).toEqual([24]);
});

test("at most ten dispatches become one launch, of more five each, and eight buffers are bound", () => {
  const x = given(4);
  const chain = (n: number) => {
    const all = Array.from({ length: n }, () => space(4));
    return all.map((t, i) => copied(i ? all[i - 1]! : x, t));
  };
  const sizes = (list: readonly Dispatch[], from?: number) => {
    const { dispatches, firstUpdate } = joined(list, from)!;
    return [...dispatches.map((d) => d.joins!.length), firstUpdate];
  };
  expect(sizes(chain(10))).toEqual([10, 1]);
  expect(sizes(chain(11))).toEqual([5, 5, 1, 3]);
  expect(sizes(chain(11), 10)).toEqual([5, 5, 1, 2]);
  expect(sizes(chain(11), 9)).toEqual([5, 5, 1, 1]);
  const many = Array.from({ length: 9 }, () => copied(given(4), space(4)));
  expect(sizes(many)).toEqual([7, 2, 2]); // a buffer for each x, and one for all else
});

test("what is not small stays apart", () => {
  const x = given(4);
  const two = (size: number, flops: number) => [copied(x, space(size), flops), copied(x, space(4))];
  expect(isSmall(two(2048, 2 ** 14))).toBe(true);
  expect(isSmall(two(2049, 2 ** 14))).toBe(false);
  expect(isSmall(two(2048, 2 ** 14 + 1))).toBe(false);
  expect(isSmall(two(4, 0).slice(1))).toBe(false);
  const many = (n: number) => Array.from({ length: n }, () => copied(x, space(4)));
  expect([isSmall(many(24)), isSmall(many(25))]).toEqual([true, false]);
  expect(joined(many(25))).toBeNull();
});
