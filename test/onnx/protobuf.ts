// As much of ONNX's protocol buffers as its published tests want: models of nodes with attributes, and tensors.

/** One field as it lies in a message: a number (varint), or bytes (fixed32, fixed64, strings, messages, packed lists). */
type Field = readonly [number: number, value: bigint | Uint8Array];

function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("a message ends within a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, kind] = [tag >>> 3, tag & 7];
    if (kind === 0) {
      yield [number, varint()];
      continue;
    }
    const length = { 1: 8, 2: 0, 5: 4 }[kind] ?? Number.NaN;
    const size = kind === 2 ? Number(varint()) : length;
    if (!(at + size <= bytes.length)) throw new Error(`field ${number} of kind ${kind} does not fit its message`);
    yield [number, bytes.subarray(at, at + size)];
    at += size;
  }
}

const view = (b: Uint8Array) => new DataView(b.buffer, b.byteOffset, b.byteLength);
const text = (v: bigint | Uint8Array): string => new TextDecoder().decode(v as Uint8Array);

/** The numbers of a repeated field, one or many in each occurrence. */
function integers(v: bigint | Uint8Array): bigint[] {
  if (typeof v === "bigint") return [v];
  // A packed list of varints reads as a message reads its tags.
  const found: bigint[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of v) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    found.push(BigInt.asIntN(64, value));
    [value, shift] = [0n, 0n];
  }
  return found;
}

/** The floats of a field, of 4 or 8 bytes each. */
const floats = (v: bigint | Uint8Array, size: 4 | 8 = 4): number[] => {
  const d = view(v as Uint8Array);
  const read = (at: number) => (size === 4 ? d.getFloat32(at, true) : d.getFloat64(at, true));
  return Array.from({ length: d.byteLength / size }, (_, i) => read(size * i));
};

/** ONNX's numbers of element types. */
export const ONNX_TYPES: readonly (string | undefined)[] =
  " f32 u8 i8 u16 i16 i32 i64 string bool f16 f64 u32 u64 c64 c128 bf16".split(" ");

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** As in {@link ONNX_TYPES}. */
  readonly type: string;
  /** The elements; for types that JavaScript has no numbers for (strings, halves) empty. */
  readonly values: readonly (number | bigint)[];
}

/** How to read an element of a type from raw bytes. */
const RAW: Readonly<Record<string, readonly [size: number, read: (d: DataView, at: number) => number | bigint]>> = {
  f32: [4, (d, at) => d.getFloat32(at, true)],
  u8: [1, (d, at) => d.getUint8(at)],
  i8: [1, (d, at) => d.getInt8(at)],
  u16: [2, (d, at) => d.getUint16(at, true)],
  i16: [2, (d, at) => d.getInt16(at, true)],
  i32: [4, (d, at) => d.getInt32(at, true)],
  i64: [8, (d, at) => d.getBigInt64(at, true)],
  bool: [1, (d, at) => d.getUint8(at)],
  f64: [8, (d, at) => d.getFloat64(at, true)],
  u32: [4, (d, at) => d.getUint32(at, true)],
  u64: [8, (d, at) => d.getBigUint64(at, true)],
};

export function readTensor(bytes: Uint8Array): OnnxTensor {
  const shape: number[] = [];
  const values: (number | bigint)[] = [];
  let [name, type] = ["", ""];
  let raw: Uint8Array | undefined;
  for (const [field, v] of fields(bytes)) {
    if (field === 1) shape.push(...integers(v).map(Number));
    else if (field === 2) type = ONNX_TYPES[Number(v)] ?? `type ${v}`;
    else if (field === 4) values.push(...floats(v));
    else if (field === 5 || field === 7 || field === 11) values.push(...integers(v));
    else if (field === 8) name = text(v);
    else if (field === 9) raw = v as Uint8Array;
    else if (field === 10) values.push(...floats(v, 8));
  }
  const [size, read] = RAW[type] ?? [];
  if (raw && size && read) for (let at = 0; at < raw.length; at += size) values.push(read(view(raw), at));
  return { name, shape, type, values };
}

export interface Attribute {
  readonly f?: number;
  readonly i?: number;
  readonly s?: string;
  readonly t?: OnnxTensor;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
}

function readAttribute(bytes: Uint8Array): [string, Attribute] {
  let name = "";
  const a: { -readonly [K in keyof Attribute]: Attribute[K] } & { floats: number[]; ints: number[] } = {
    floats: [],
    ints: [],
  };
  for (const [field, v] of fields(bytes)) {
    if (field === 1) name = text(v);
    else if (field === 2) a.f = floats(v)[0]!;
    else if (field === 3) a.i = Number(v);
    else if (field === 4) a.s = text(v);
    else if (field === 5) a.t = readTensor(v as Uint8Array);
    else if (field === 7) a.floats.push(...floats(v));
    else if (field === 8) a.ints.push(...integers(v).map(Number));
  }
  return [name, a];
}

export interface Node {
  readonly op: string;
  readonly domain: string;
  /** Names of values; "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function readNode(bytes: Uint8Array): Node {
  const [inputs, outputs]: string[][] = [[], []];
  const attributes: Record<string, Attribute> = {};
  let [op, domain] = ["", ""];
  for (const [field, v] of fields(bytes)) {
    if (field === 1) inputs!.push(text(v));
    else if (field === 2) outputs!.push(text(v));
    else if (field === 4) op = text(v);
    else if (field === 5) {
      const [name, a] = readAttribute(v as Uint8Array);
      attributes[name] = a;
    } else if (field === 7) domain = text(v);
  }
  return { op, domain, inputs: inputs!, outputs: outputs!, attributes };
}

export interface Model {
  /** Version of ONNX's own set of operators. */
  readonly opset: number;
  readonly nodes: readonly Node[];
  readonly initializers: readonly OnnxTensor[];
  /** Names of the graph's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whether all of these are tensors; else there are sequences and the like among them. */
  readonly ofTensors: boolean;
}

export function readModel(bytes: Uint8Array): Model {
  const nodes: Node[] = [];
  const initializers: OnnxTensor[] = [];
  const [inputs, outputs]: string[][] = [[], []];
  let [opset, ofTensors] = [1, true];
  const nameOf = (v: Uint8Array) => {
    const { 1: name, 2: type } = Object.fromEntries(fields(v)) as Record<number, Uint8Array>;
    ofTensors &&= [...fields(type!)].every(([field]) => field === 1);
    return text(name!);
  };
  const readGraph = (graph: Uint8Array) => {
    for (const [field, v] of fields(graph)) {
      if (field === 1) nodes.push(readNode(v as Uint8Array));
      else if (field === 5) initializers.push(readTensor(v as Uint8Array));
      else if (field === 11) inputs!.push(nameOf(v as Uint8Array));
      else if (field === 12) outputs!.push(nameOf(v as Uint8Array));
    }
  };
  for (const [field, v] of fields(bytes)) {
    if (field === 7) readGraph(v as Uint8Array);
    if (field !== 8) continue;
    const { 1: domain, 2: version } = Object.fromEntries(fields(v as Uint8Array));
    if (["", "ai.onnx"].includes(domain ? text(domain) : "")) opset = Number(version ?? 1);
  }
  return { opset, nodes, initializers, inputs: inputs!, outputs: outputs!, ofTensors };
}
