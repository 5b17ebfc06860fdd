import type { TypedArray } from "../core/dtype";
import { computeType, type DType, typedArray, type WordType } from "../core/dtype";
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
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

const FILE_DTYPE: Record<WordType, string> = { f32: "F32", i32: "I32", u32: "U32" };
const DTYPE: Record<string, DType | undefined> = { F32: "f32", I32: "i32", U32: "u32" };
const LENGTH_BYTES = 8;
const METADATA = "__metadata__";

/**
 * Writes the safetensors format: the header's length (u64, little-endian), the header (JSON), then the tensors' bytes
 * one after the other without gaps.
 * @see https://github.com/huggingface/safetensors
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let end = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
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

/**
 * Reads a safetensors file with tensors of F32, I32 and U32.
 * @param name of the file, for errors
 * @throws CheckpointError where the file is cut, longer than its header says, or not of this format
 */
export function decodeSafetensors(bytes: Uint8Array, name = "checkpoint"): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) refuse(name, `${bytes.length} bytes are too few for a safetensors file`);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength < 2 || headerLength > 100e6) refuse(name, "not a safetensors file");
  const start = LENGTH_BYTES + headerLength;
  if (start > bytes.length) refuse(name, "the file is cut within its header");
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), name);
  const { [METADATA]: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const [key, entry] of Object.entries(entries)) {
    tensors.set(key, readTensor(bytes, start, key, entry, name));
    end = Math.max(end, (entry as Entry).data_offsets[1]);
  }
  if (start + end !== bytes.length) refuse(name, `${bytes.length} bytes, where the header speaks of ${start + end}`);
  return { tensors, metadata: metadata as Record<string, string> };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header && !Array.isArray(header)) return header as Record<string, unknown>;
  } catch {}
  return refuse(name, "not a safetensors file: its header is no JSON object");
}

function readTensor(bytes: Uint8Array, start: number, key: string, entry: unknown, name: string): StoredTensor {
  const { dtype: fileDtype, shape, data_offsets: offsets } = entry as Entry;
  const whole = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole) || !Array.isArray(offsets) || !offsets.every(whole))
    refuse(name, `the header's entry of ${key} is malformed`);
  const dtype = DTYPE[fileDtype];
  if (!dtype) refuse(name, `${key} has dtype ${fileDtype}`, { wants: "F32, I32 or U32" });
  const [from, to] = offsets;
  if (to - from !== numel(shape) * 4) refuse(name, `${key}: ${to - from} bytes for shape ${showShape(shape)}`);
  if (start + to > bytes.length) refuse(name, `the file is cut within ${key}`);
  return { dtype, shape, values: typedArray(dtype, bytes.slice(start + from, start + to).buffer) };
}

function refuse(name: string, problem: string, details: Record<string, string> = {}): never {
  throw new CheckpointError(name, problem, details);
}
