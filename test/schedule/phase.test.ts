// The text of a kernel as a part of a launch of one workgroup.
import { expect, test } from "vitest";
import { Kernel, type KernelInfo } from "../../src/kernel/kernel";
import { phaseOf } from "../../src/schedule/phase";

const HEAD = `struct Params { len: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;
`;
const main = (body: string, size = "64", list = "@builtin(global_invocation_id) gid: vec3u") =>
  `@compute @workgroup_size(${size})\nfn main(${list}) {\n  let i = gid.x;\n${body}\n}\n`;

function phase(code: string, grid: number | readonly [number, number] = 4, workgroupSize: (number | string)[] = [64]) {
  const info: KernelInfo = {
    name: "k",
    code,
    bindings: [
      { name: "x", access: "read" },
      { name: "out", access: "write" },
    ],
    params: [
      { name: "len", type: "u32" },
      { name: "scale", type: "f32" },
    ],
    constants: { LANES: 64 },
    workgroupSize,
    enables: [],
    hook: false,
  };
  const [x, out] = [
    { id: 0, shape: [4] },
    { id: 1, shape: [4] },
  ];
  const d = new Kernel(info).dispatch({ buffers: { x, out }, grid, params: { len: 1, scale: 2 } });
  const places = [
    { buffer: "m0", offset: 8 },
    { buffer: "m1", offset: 4 },
  ];
  return phaseOf(d, "p_", places, 32);
}

/** The lines of `main` after its first. */
const made = (body: string) => {
  const text = phase(HEAD + main(body))?.text;
  return text?.slice(text.indexOf("let i = gid.x;") + 15, -2).trim();
};

test("elements are read and written by calls, in whatever is around them", () => {
  expect(made("out[i] = vec4f(x[i + 1u]);")).toBe("set_p_out(u32(i),  vec4f(get_p_x(u32(i + 1u))));");
  expect(made("out[i / 4u] += vec4f(x[u32(x[i])]);")).toBe(
    "set_p_out(u32(i / 4u), get_p_out(u32(i / 4u)) + ( vec4f(get_p_x(u32(u32(get_p_x(u32(i))))))));",
  );
  expect(made("if (out[i].x == x[i] && x[0] >= 1.0) { out[0] = out[i]; }")).toBe(
    "if (get_p_out(u32(i)).x == get_p_x(u32(i)) && get_p_x(u32(0)) >= 1.0) { set_p_out(u32(0),  get_p_out(u32(i))); }",
  );
});

test("parameters and names of the module get the prefix, members and comments do not", () => {
  const text = phase(
    `${HEAD}const LANES = 4u; // of x[i]
struct Pair { scale: f32, LANES: u32 }
fn scale(x: f32, p: Pair) -> f32 { return p.scale * x * params.scale; }
${main("if (i < params.len * LANES) { out[i] = vec4f(scale(x[i], Pair(1.0, LANES))); }")}`,
  )!.text;
  expect(text).toContain("const p_LANES = 4u;");
  expect(text).toContain("struct p_Pair { scale: f32, LANES: u32 }");
  expect(text).toContain("fn p_scale(x: f32, p: p_Pair) -> f32 { return p.scale * x * params.p_scale; }");
  expect(text).toContain("if (i < params.p_len * p_LANES)");
  expect(text).toContain("p_scale(get_p_x(u32(i)), p_Pair(1.0, p_LANES))");
  expect(text).not.toContain("of x");
});

test("a lane takes the place of each invocation of the launch, in its workgroup", () => {
  const list =
    "@builtin(workgroup_id) w: vec3u, @builtin(local_invocation_id) l: vec3u, @builtin(num_workgroups) n: vec3u";
  const code = HEAD + main("out[w.x] = vec4f(x[l.x]);", "8, 2", list).replace("gid.x", "n.x");
  expect(phase(code, [9, 3], [8, 2])!.call).toBe(
    "for (var at = lane; at < 64u; at += 32u) { p_main(vec3u(at / 16u % 2u, at / 16u / 2u % 2u, at / 16u / 4u), vec3u(at % 16u % 8u, at % 16u / 8u % 2u, at % 16u / 16u), vec3u(2u, 2u, 1u)); }",
  );
  expect(phase(HEAD + main("out[i] = vec4f(x[i]);"), 100)!.call).toBe(
    "for (var at = lane; at < 128u; at += 32u) { p_main(vec3u(at, 0u, 0u)); }",
  );
});

test("a kernel of one workgroup of any size keeps its barriers", () => {
  const together = (free: string, grid: number) =>
    phase(
      `${HEAD}${free}const LANES = FREE_LANES;
var<workgroup> shares: array<f32, LANES>;
${main("shares[lane] = x[lane]; workgroupBarrier(); out[0] = vec4f(shares[0]);", "LANES", "@builtin(local_invocation_index) lane: u32").replace("gid.x", "lane")}`,
      grid,
      ["LANES"],
    );
  const whole = together("const FREE_LANES = 64u;\n", 64)!;
  expect(whole.call).toBe("p_main(lane);");
  expect(whole.text).toContain("const p_FREE_LANES = 32u;");
  expect(whole.text).toContain("var<workgroup> p_shares: array<f32, p_LANES>;");
  expect(together("const FREE_LANES = 64u;\n", 65)).toBeNull();
  expect(together("const OTHER_LANES = 64u;\n", 64)).toBeNull();
});

test("functions of the kernel may have any name", () => {
  const at = "fn x_at(i: u32) -> f32 { return x[i]; }\nfn get_x(i: u32) -> f32 { return x_at(i); }\n";
  const { text } = phase(HEAD + at + main("out[i] = vec4f(get_x(i));"))!;
  const names = [...text.matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
  expect(names).toEqual(["get_p_x", "get_p_out", "set_p_out", "p_x_at", "p_get_x", "p_main"]);
});

test.each([
  ["a member is written", main("out[i].x = x[i];")],
  ["an element is counted up", main("out[i]++;")],
  ["a pointer is taken", main("let p = &out[i];")],
  ["a binding is named as a whole", main("let n = arrayLength(&x);")],
  ["a name means two things", main("let k = x[i]; let x = array<f32, 2>(); out[i] = vec4f(x[0]);")],
  ["all parameters are handed on", `fn f(p: Params) {}\n${main("f(params); out[i] = vec4f(x[i]);")}`],
  ["invocations keep something", `var<private> kept = 0.0;\n${main("out[i] = vec4f(x[i]);")}`],
  ["invocations wait", main("workgroupBarrier(); out[i] = vec4f(x[i]);")],
  ["it runs on subgroups", main("out[i] = vec4f(subgroupAdd(x[i]));")],
  ["it asks where it runs", main("out[i] = vec4f(x[i]);", "64", "@builtin(subgroup_size) gid: u32")],
])("refused: %s", (_, code) => {
  expect(phase(HEAD + main("out[i] = vec4f(x[i]);"))).not.toBeNull();
  expect(phase(HEAD + code)).toBeNull();
});

test("refused: elements of other sizes than one, two or four words", () => {
  const of = (type: string) =>
    phase(HEAD.replace("array<f32>", `array<${type}>`) + main("out[i] = vec4f(f32(x[i].x));"));
  for (const type of ["vec2f", "vec4<u32>", "vec4i"]) expect(of(type)).not.toBeNull();
  for (const type of ["f16", "vec4<f16>", "vec3f", "atomic<u32>", "mat2x2f"]) expect(of(type)).toBeNull();
});
