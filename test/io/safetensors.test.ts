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

test("a Buffer of Node is read as what it holds", () => {
  const padded = Buffer.concat([Buffer.of(1, 2, 3), sample()]);
  for (const bytes of [Buffer.from(sample()), padded.subarray(3)]) {
    const { tensors } = decodeSafetensors(bytes);
    expect(tensors.get("0.weight")!.values).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(tensors.get("steps")!.values).toEqual(Int32Array.of(7));
  }
});

/** A file whose header is given as it stands. */
function fileOf(header: unknown, body: ArrayLike<number> | ArrayBuffer = []): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
  return Uint8Array.from([...length, ...json, ...new Uint8Array(body as ArrayBuffer)]);
}

const one = (
  dtype: string,
  { buffer, byteLength, length }: { buffer: ArrayBuffer; byteLength: number; length: number },
) =>
  decodeSafetensors(fileOf({ x: { dtype, shape: [length], data_offsets: [0, byteLength] } }, buffer)).tensors.get("x")!;

test("other floats become f32, other integers i32", () => {
  expect(one("F16", Uint16Array.of(0x3c00, 0xc100, 0x7c00)).values).toEqual(
    Float32Array.of(1, -2.5, Number.POSITIVE_INFINITY),
  );
  expect(one("BF16", Uint16Array.of(0x3f80, 0xc020, 0x4049)).values).toEqual(Float32Array.of(1, -2.5, 3.140625));
  expect(one("F64", Float64Array.of(0.1, -2.5))).toEqual({
    dtype: "f32",
    shape: [2],
    values: Float32Array.of(0.1, -2.5),
  });
  expect(one("I64", BigInt64Array.of(-5n, 2147483647n))).toEqual({
    dtype: "i32",
    shape: [2],
    values: Int32Array.of(-5, 2147483647),
  });
  expect(one("I16", Int16Array.of(-300, 300)).values).toEqual(Int32Array.of(-300, 300));
  expect(one("I8", Int8Array.of(-3, 3)).values).toEqual(Int32Array.of(-3, 3));
  expect(one("U8", Uint8Array.of(200, 0)).values).toEqual(Int32Array.of(200, 0));
  expect(one("BOOL", Uint8Array.of(1, 0)).values).toEqual(Int32Array.of(1, 0));
  expect(one("U32", Uint32Array.of(4294967295)).dtype).toBe("u32");
});

test("integers beyond i32 and unknown dtypes are refused by name", () => {
  expect(() => one("I64", BigInt64Array.of(1n, 2147483648n))).toThrowErrorMatchingInlineSnapshot(
    `[CheckpointError: checkpoint: x holds integers that i32 cannot]`,
  );
  expect(() => one("toString", Uint8Array.of(1))).toThrow(CheckpointError);
  expect(() => one("F8_E4M3", Uint8Array.of(1))).toThrowErrorMatchingInlineSnapshot(`
    [CheckpointError: checkpoint: x has dtype F8_E4M3
      wants: F32, F64, F16, BF16, I32, U32, I64, I16, I8, U8, BOOL]
  `);
});

test("malformed headers are refused by the file's name", () => {
  const refusal = (header: unknown) => () => decodeSafetensors(fileOf(header), "x.safetensors");
  for (const header of [
    { x: null },
    { x: 3 },
    { x: { dtype: "F32", shape: [1], data_offsets: [0] } },
    { __metadata__: null },
    { __metadata__: ["pt"] },
    { __metadata__: { step: 7 } },
  ]) {
    expect(refusal(header)).toThrow(CheckpointError);
    expect(refusal(header)).toThrow(/^x\.safetensors: /);
  }
  expect(refusal({ x: null })).toThrow(/entry of x is malformed/);
  expect(refusal({ __metadata__: null })).toThrow(/metadata/);
});

test("a file of another kind is refused in plain words", () => {
  expect(() =>
    decodeSafetensors(new TextEncoder().encode("<!doctype html><title>not a checkpoint</title>"), "page.html"),
  ).toThrow(/page\.html: not a safetensors file/);
});
