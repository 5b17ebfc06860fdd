import { expect, test } from "vitest";
import uniform from "../../shaders/uniform.wgsl";
import { sourceLine, withIncludes, withoutComments } from "../../src/kernel/include";
import { reflectKernel } from "../../src/kernel/reflect";

const files: Record<string, string> = {
  "one.wgsl": "// @include two.wgsl\nconst LIMIT = 3u;\nfn one() -> u32 { return two() + LIMIT; }\n",
  "two.wgsl": "fn two() -> u32 { return 2u; }\n",
};
const kernel = `// Writes 5.
// @include one.wgsl
// @include two.wgsl
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main() { out[0] = one(); }
`;
const read = (name: string) => files[name];

test("what a kernel includes follows its own lines, each file once", () => {
  const code = withIncludes("kernel.wgsl", kernel, read);
  expect(code.startsWith(kernel)).toBe(true);
  expect(code.match(/fn \w+/g)).toEqual(["fn main", "fn one", "fn two"]);
});

test("reflection sees the whole: constants of an included file can be set", () => {
  const info = reflectKernel("kernel", withIncludes("kernel.wgsl", kernel, read));
  expect(info.constants).toEqual({ LIMIT: 3 });
  expect(info.bindings).toEqual([{ name: "out", access: "write" }]);
});

test("a file that is not there is named, with who wants it", () => {
  expect(() => withIncludes("kernel.wgsl", "// @include three.wgsl", read)).toThrow(
    /^kernel\.wgsl: includes three\.wgsl/,
  );
  const nested = (name: string) => (name === "one.wgsl" ? "// @include three.wgsl" : undefined);
  expect(() => withIncludes("kernel.wgsl", kernel, nested)).toThrow(/^include\/one\.wgsl: includes three\.wgsl/);
});

test("lines are told by the file that they are in", () => {
  const code = withIncludes("kernel.wgsl", kernel, read);
  const lines = code.split("\n");
  const place = (text: string) => sourceLine(code, lines.findIndex((l) => l.startsWith(text)) + 1);
  expect(place("fn main")).toBe("6");
  expect(place("fn one")).toBe("include/one.wgsl:3");
  expect(place("fn two")).toBe("include/two.wgsl:1");
});

test("a text for others has no comments and no indentation, and the same lines", () => {
  const code =
    "// What it is.\nconst N = 1u; // one\nfn main() {\n  // @unroll\n  for (;;) {}\n}\n// include/one.wgsl\n";
  const sent = withoutComments(code);
  expect(sent).toBe("\nconst N = 1u;\nfn main() {\n// @unroll\nfor (;;) {}\n}\n// include/one.wgsl\n");
  expect(sent.split("\n")).toHaveLength(code.split("\n").length);
});

test("a kernel without includes is left as it is", () => {
  expect(withIncludes("kernel.wgsl", "fn main() {}\n", read)).toBe("fn main() {}\n");
});

test("kernels come with what they include", () => {
  expect(uniform.info.code).toContain("fn threefry(");
});
