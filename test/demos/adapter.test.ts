// The gallery says of adapters what the engine says.
import { afterEach, expect, test, vi } from "vitest";
import { findAdapter } from "../../demos/shared/adapter";
import { isSoftwareAdapter } from "../../src/index";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["Google SwiftShader", true],
  ["Mesa llvmpipe (LLVM 15)", true],
  ["lavapipe", true],
  ["a software rasterizer", true],
  ["Microsoft Basic Render Driver", true],
  ["nvidia ada-lovelace", false],
  ["apple metal-3", false],
])("%s runs on the CPU: %s", async (description, software) => {
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => ({ info: { description } }) } });
  expect(await findAdapter()).toEqual({ name: description, software });
  expect(isSoftwareAdapter(description)).toBe(software);
});

test.each([
  [false, /over https, or on localhost/],
  [true, /^This browser has no WebGPU/],
])("without WebGPU in a secure context (%s) a page says what to do", async (isSecureContext, sentence) => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("isSecureContext", isSecureContext);
  expect(await findAdapter()).toMatch(sentence);
});
