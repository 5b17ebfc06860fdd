import type { TypedArray } from "../core/dtype";
import { ARRAYS, computeType, type DType, dtypeOf, fromHalves, INTEGER_RANGE, type WordType } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import { numel, type Shape, showShape } from "../core/shape";

/** A tensor of a checkpoint file. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values: TypedArray;
}

/** What a checkpoint file holds. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

const FILE_DTYPE: Record<WordType, string> = { f32: "F32", i32: "I32", u32: "U32" };

interface Elements {
  readonly bytes: number;
  /** The numbers in a dtype of the engine; undefined where one does not fit. */
  read(stored: ArrayBuffer): TypedArray | undefined;
}

/** How each dtype of a file is read. */
const ELEMENTS: Readonly<Record<string, Elements>> = {
  F32: { bytes: 4, read: (b) => new Float32Array(b) },
  F64: { bytes: 8, read: (b) => Float32Array.from(new Float64Array(b)) },
  F16: { bytes: 2, read: (b) => fromHalves(new Uint16Array(b)) },
  // The upper half of an f32.
  BF16: { bytes: 2, read: (b) => new Float32Array(Uint32Array.from(new Uint16Array(b), (bits) => bits << 16).buffer) },
  I32: { bytes: 4, read: (b) => new Int32Array(b) },
  U32: { bytes: 4, read: (b) => new Uint32Array(b) },
  I64: { bytes: 8, read: (b) => narrowed(new BigInt64Array(b)) },
  I16: { bytes: 2, read: (b) => Int32Array.from(new Int16Array(b)) },
  I8: { bytes: 1, read: (b) => Int32Array.from(new Int8Array(b)) },
  U8: { bytes: 1, read: (b) => Int32Array.from(new Uint8Array(b)) },
  BOOL: { bytes: 1, read: (b) => Int32Array.from(new Uint8Array(b)) },
};
const LENGTH_BYTES = 8;
const METADATA = "__metadata__";

/**
 * Writes the safetensors format: the length of the header (u64, little-endian), the header (JSON), then the bytes of the tensors,
 * without gaps.
 * @throws CheckpointError where the tensors are no Map, a tensor has not as many values of its dtype as its shape says, or metadata
 *   are no texts
 * @see https://github.com/huggingface/safetensors
 */
export function encodeSafetensors(file: SafetensorsFile): Uint8Array<ArrayBuffer> {
  if (!(file?.tensors instanceof Map))
    refuse("encodeSafetensors", "the tensors are no Map", {
      wants: "{ tensors: new Map([[name, tensor]]), metadata }",
    });
  const { tensors, metadata } = file;
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let end = 0;
  checkMetadata(metadata);
  for (const [name, tensor] of tensors) {
    checkStored(name, tensor);
    const { dtype, shape, values } = tensor;
    header[name] = { dtype: FILE_DTYPE[computeType(dtype)], shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The header is padded with spaces, so that the tensors start at a multiple of 8.
  const headerLength = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end).fill(0x20, 0, LENGTH_BYTES + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** @throws CheckpointError unless it is an object of texts */
function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  if (metadata !== undefined && !isTexts(metadata)) refuse("encodeSafetensors", "the metadata are no object of texts");
}

/** @throws CheckpointError unless a name can be written, with a tensor of that shape and dtype */
function checkStored(name: string, tensor: StoredTensor): void {
  if (typeof name !== "string" || name === METADATA) refuse("encodeSafetensors", `${name} is no name of a tensor`);
  const { dtype, shape, values } = tensor ?? {};
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= 0);
  const Wanted = Object.hasOwn(FILE_DTYPE, dtype ?? "") || dtype === "f16" ? ARRAYS[computeType(dtype)] : undefined;
  if (!isShape || !Wanted || !(values instanceof Wanted) || values.length !== numel(shape))
    refuse("encodeSafetensors", `${name} is no tensor`, {
      dtype: String(dtype),
      shape: isShape ? showShape(shape) : String(shape),
      values: values ? `${values.constructor.name}, ${values.length} numbers` : String(values),
      wants: "{ dtype, shape, values }, values a typed array",
    });
}

const isTexts = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((v) => typeof v === "string");

/**
 * Reads a safetensors file. F16, BF16 and F64 become f32; I64, I16, I8, U8 and BOOL become i32.
 * @param bytes the whole file; may be a Buffer of Node
 * @param name of the file, for errors
 * @throws CheckpointError where it is no Uint8Array; where the file is truncated, longer than its header says, or not of this format; where a tensor has another
 *   dtype, or integers beyond i32
 */
export function decodeSafetensors(bytes: Uint8Array, name = "checkpoint"): SafetensorsFile {
  if (!(bytes instanceof Uint8Array))
    refuse(
      name,
      "the bytes are no Uint8Array",
      {},
      (bytes as unknown) instanceof ArrayBuffer ? "new Uint8Array(buffer)" : undefined,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) refuse(name, `${bytes.length} bytes are too few for a safetensors file`);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength < 2 || headerLength > 100e6) refuse(name, "not a safetensors file");
  const start = LENGTH_BYTES + headerLength;
  if (start > bytes.length) refuse(name, "the file is cut within its header");
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), name);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) refuse(name, "the header's metadata is no object of texts");
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const [key, entry] of Object.entries(entries)) {
    tensors.set(key, readTensor(bytes, start, key, entry, name));
    end = Math.max(end, (entry as Entry).data_offsets[1]);
  }
  if (start + end !== bytes.length) refuse(name, `${bytes.length} bytes, where the header speaks of ${start + end}`);
  return { tensors, metadata };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isObject(header)) return header;
  } catch {}
  return refuse(name, "not a safetensors file: its header is no JSON object");
}

function readTensor(bytes: Uint8Array, start: number, key: string, entry: unknown, name: string): StoredTensor {
  const { dtype: fileDtype, shape, data_offsets: offsets } = (isObject(entry) ? entry : {}) as unknown as Entry;
  const whole = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole) || !Array.isArray(offsets) || !offsets.every(whole))
    refuse(name, `the header's entry of ${key} is malformed`);
  const elements = Object.hasOwn(ELEMENTS, fileDtype) ? ELEMENTS[fileDtype] : undefined;
  if (!elements) refuse(name, `${key} has dtype ${fileDtype}`, { wants: Object.keys(ELEMENTS).join(", ") });
  const [from, to] = offsets;
  if (to - from !== numel(shape) * elements.bytes)
    refuse(name, `${key}: ${to - from} bytes for shape ${showShape(shape)}`);
  if (start + to > bytes.length) refuse(name, `the file is cut within ${key}`);
  // `slice` would not copy a Buffer of Node.
  const values = elements.read(new Uint8Array(bytes.subarray(start + from, start + to)).buffer);
  if (!values) refuse(name, `${key} holds integers that i32 cannot`);
  return { dtype: dtypeOf(values), shape, values };
}

/** 64-bit integers as i32; undefined where one does not fit. */
function narrowed(values: BigInt64Array): Int32Array<ArrayBuffer> | undefined {
  const [least, greatest] = INTEGER_RANGE.i32.map(BigInt) as [bigint, bigint];
  return values.every((v) => v >= least && v <= greatest) ? Int32Array.from(values, Number) : undefined;
}

function refuse(name: string, problem: string, details: Record<string, string> = {}, fix?: string): never {
  throw new CheckpointError(name, problem, details, fix);
}
