import fc from "fast-check";
import { expect, test } from "vitest";
import { CheckpointError } from "../../src/core/errors";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../src/io/safetensors";

const sample = () =>
  encodeSafetensors({
    tensors: new Map<string, StoredTensor>([
      ["0.weight", { dtype: "f32", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["0.bias", { dtype: "f32", shape: [2], values: Float32Array.of(-1, 0.5) }],
      ["steps", { dtype: "i32", shape: [], values: Int32Array.of(7) }],
    ]),
    metadata: { model: "test", step: "7" },
  });

test("a file comes back as it was written", () => {
  const { tensors, metadata } = decodeSafetensors(sample());
  expect(metadata).toEqual({ model: "test", step: "7" });
  expect(tensors.get("0.weight")).toEqual({ dtype: "f32", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect(tensors.get("steps")!.values).toEqual(Int32Array.of(7));
});

test("the bytes are the format's: header length, JSON header with offsets from the data's start, data without gaps", () => {
  const bytes = sample();
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(length % 8).toBe(0);
  expect(header["0.weight"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [0, 24] });
  expect(header["0.bias"]).toEqual({ dtype: "F32", shape: [2], data_offsets: [24, 32] });
  expect(header.steps).toEqual({ dtype: "I32", shape: [], data_offsets: [32, 36] });
  expect(bytes.length).toBe(8 + length + 36);
});

test("any cut or extended file is refused", () => {
  const bytes = sample();
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) => {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(CheckpointError);
    }),
  );
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  expect(() => decodeSafetensors(longer, "x.safetensors")).toThrow(/x\.safetensors: \d+ bytes, where the header/);
});

test("a file of another kind is refused in plain words", () => {
  expect(() =>
    decodeSafetensors(new TextEncoder().encode("<!doctype html><title>not a checkpoint</title>"), "page.html"),
  ).toThrow(/page\.html: not a safetensors file/);
});
