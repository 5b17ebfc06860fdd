import { expect, test } from "vitest";
import { Kernel, workgroupsFor } from "../../src/kernel/kernel";
import { declareKernel, reflectKernel, reflectScalarFunction } from "../../src/kernel/reflect";
import { instantiate } from "../../src/kernel/scalarFunction";

const code = `const ROWS = 4u;
const SCALE = 1.5;
struct Params { len: u32, shift: i32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(ROWS, 8)
fn main() { out[params.len] = x[0] * SCALE * params.rate + f32(params.shift); }
`;
const info = reflectKernel("sample", code);

test("bindings, parameters, constants and workgroup size come from the shader", () => {
  expect(info.bindings).toEqual([
    { name: "x", access: "read" },
    { name: "out", access: "write" },
  ]);
  expect(info.params.map((p) => `${p.name}: ${p.type}`)).toEqual(["len: u32", "shift: i32", "rate: f32"]);
  expect(info.constants).toEqual({ ROWS: 4, SCALE: 1.5 });
  expect(info.workgroupSize).toEqual(["ROWS", 8]);
});

test("the declaration names them, so that a renamed binding does not compile", () => {
  expect(declareKernel(info)).toContain('Kernel<"x" | "out", "len" | "shift" | "rate", "ROWS" | "SCALE">');
});

test("a shader that breaks the conventions is refused by name", () => {
  expect(() => reflectKernel("bad", code.replace("fn main", "fn other"))).toThrow(/bad\.wgsl: .*named main/);
  expect(() => reflectKernel("bad", code.replace("shift: i32", "shift: vec2f"))).toThrow(/params\.shift must be/);
});

test("a variant replaces constants and sizes its workgroups by them", () => {
  const kernel = new Kernel(info);
  const variant = kernel.variant({ ROWS: 16, SCALE: 2 });
  expect(variant.code).toContain("const ROWS = 16u;");
  expect(variant.code).toContain("const SCALE = 2.0;");
  expect(variant.workgroupSize).toEqual([16, 8, 1]);
  expect(kernel.variant({ SCALE: 2, ROWS: 16 })).toBe(variant);
  expect(() => kernel.variant({ COLS: 1 })).toThrow(/declares no literal `const COLS`/);
});

test("a dispatch packs its parameters as the shader lays them out", () => {
  const ref = { id: 0, shape: [4] };
  const { params, workgroups } = new Kernel(info).dispatch({
    buffers: { x: ref, out: ref },
    params: { len: 7, shift: -2, rate: 0.5 },
    grid: [9, 9],
  });
  const view = new DataView(params);
  expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true), params.byteLength]).toEqual([
    7, -2, 0.5, 16,
  ]);
  expect(workgroups).toEqual([3, 2, 1]);
});

test("long grids are folded below the limit of workgroups", () => {
  expect(workgroupsFor(64 * 65535, [64, 1, 1])).toEqual([65535, 1, 1]);
  const [x, y] = workgroupsFor(64 * 65536, [64, 1, 1]);
  expect(x * y).toBeGreaterThanOrEqual(65536);
  expect(x).toBeLessThanOrEqual(65535);
});

test("a grid with more workgroups along a dimension than WebGPU grants is refused, unless the kernel can have it folded", () => {
  const ref = { id: 0, shape: [4] };
  const launch = (text: string, rows: number) =>
    new Kernel(reflectKernel("sample", text)).dispatch({ buffers: { x: ref, out: ref }, grid: [4, 8 * rows, 3] });
  expect(launch(code, 65535).workgroups).toEqual([1, 65535, 3]);
  expect(() => launch(code, 65536)).toThrowErrorMatchingInlineSnapshot(`
    [DeviceError: sample: too much work for one launch
      workgroups: 1 · 65536 · 3
      limit: 65535 along a dimension
      fix: use a smaller batch, or a smaller layer]
  `);
  const folding = `const GROUPS_X = 1u;\nconst GROUPS_Y = 1u;\nconst GROUPS_Z = 0u;\n${code}`;
  expect(launch(folding, 65535).variant.code).toBe(folding);
  const { variant, workgroups } = launch(folding, 70000);
  expect(variant.code).toMatch(/^const GROUPS_X = 1u;\nconst GROUPS_Y = 70000u;\nconst GROUPS_Z = 3u;/);
  expect(workgroups).toEqual([52500, 4, 1]);
});

test("a kernel over T is made for a dtype", () => {
  const text = code.replace("const ROWS", "alias T = f32;\nconst ROWS").replaceAll("array<f32>", "array<T>");
  const kernel = new Kernel(reflectKernel("generic", text));
  expect(kernel.variant({}, false, { T: "i32" }).code).toContain("var<storage, read> x: array<i32>");
  expect(kernel.variant({}, false, { T: "i32" }).key).not.toBe(kernel.variant().key);
  expect(kernel.variant().code).toBe(code);
});

test("a scalar function over T is made for a dtype", () => {
  const fn = reflectScalarFunction("twice", "// 2x.\nalias T = f32;\nfn twice(x: T) -> T { return x + x; }\n");
  expect(fn.params).toEqual([{ name: "x", type: "T" }]);
  const { name, code: text } = instantiate(fn, "i32");
  expect(name).toBe("twice_i32");
  expect(text).toContain("fn twice_i32(x: i32) -> i32");
});

test("a scalar function may be told its element's number, come for four, and bring others along under its prefix", () => {
  const text = `fn twice(x: f32) -> f32 { return 2.0 * x; }
fn ramp(x: f32, pair: vec2u, i: u32) -> f32 { return twice(x) + f32(pair.x + i); }
fn ramp_by_four(x: vec4f, pair: vec2u, i: u32) -> vec4f { return x; }
`;
  const fn = reflectScalarFunction("ramp", text);
  expect(fn).toMatchObject({ placed: true, byFour: true, result: "f32" });
  expect(fn.params.map((p) => `${p.name}: ${p.type}`)).toEqual(["x: f32", "pair: vec2u"]);
  expect(instantiate(fn, "f32").code).toBe(text);
  const { name, code } = instantiate(fn, "f32", "tail_");
  expect(name).toBe("tail_ramp");
  expect([...code.matchAll(/(\w+)\(/g)].map((m) => m[1])).toEqual(
    expect.arrayContaining(["tail_twice", "tail_ramp", "tail_ramp_by_four"]),
  );
  expect(code).not.toMatch(/\btwice\(/);
});
