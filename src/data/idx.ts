import { DataError } from "../core/errors";
import { checkBytes } from "../core/given";

/** A file in the IDX format of the MNIST data sets. */
export interface IdxFile {
  /** Sizes, outermost first: [60000, 28, 28] for pictures, [60000] for labels. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes: two zero bytes, the type, the rank, big-endian sizes, the elements.
 * @param name the file's name, for errors
 * @throws DataError where the file is shorter or longer than its sizes say, or of another format
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxFile {
  checkBytes(name, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0) throw new DataError(name, "not an IDX file");
  if (bytes[2] !== UNSIGNED_BYTE)
    throw new DataError(name, `IDX elements of type ${bytes[2]}`, { wants: "unsigned bytes" });
  const rank = bytes[3]!;
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw new DataError(name, "the file ends within its header");
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
  const expected = shape.reduce((n, d) => n * d, 1);
  if (bytes.length - header !== expected)
    throw new DataError(name, `${bytes.length - header} bytes of elements`, {
      "its sizes say": `${shape.join(" × ")}`,
    });
  return { shape, bytes: bytes.subarray(header) };
}
