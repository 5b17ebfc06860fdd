import { DataError } from "./errors";
import { checkWhole } from "./shape";

/** What a value is, in a few words. */
export function typeOf(value: unknown): string {
  if (typeof value === "function" || typeof value === "string") return `a ${typeof value}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? `of type ${value.constructor?.name}` : String(value);
}

/** @throws DataError unless it is a string */
export function checkText(what: string, text: string): void {
  if (typeof text !== "string") throw new DataError(what, `the text is ${typeOf(text)}`, { wants: "a string" });
}

/** @throws DataError unless it is a list or a typed array */
export function checkArray(what: string, name: string, list: ArrayLike<unknown>): void {
  if (!Array.isArray(list) && (!ArrayBuffer.isView(list) || list instanceof DataView))
    throw new DataError(what, `${name} is ${typeOf(list)}`, { wants: "a list or a typed array" });
}

/** @throws DataError unless they are a Uint8Array */
export function checkBytes(what: string, bytes: Uint8Array): void {
  if (bytes instanceof Uint8Array) return;
  const fix = (bytes as unknown) instanceof ArrayBuffer ? "new Uint8Array(buffer)" : undefined;
  throw new DataError(what, `the bytes are ${typeOf(bytes)}`, { wants: "a Uint8Array" }, fix);
}

/** @throws DataError unless every number is an integer of at least `least` */
export const checkCounts = (what: string, counts: Readonly<Record<string, number>>, least = 1): void =>
  checkWhole(what, counts, least, DataError);
