import { DataError } from "../core/errors";
import { checkText } from "../core/given";
import { optionsOf } from "../graph/options";

/** Parts of a text, in this order. */
export interface TextSplit {
  readonly train: string;
  readonly dev: string;
  readonly test: string;
}

/** Shares of the characters; train gets the rest. */
export interface SplitTextOptions {
  /** Default 0.05. */
  readonly dev?: number;
  /** Default 0.05. */
  readonly test?: number;
}

/**
 * Cuts a text into three contiguous parts: for training, for choosing between models, and for the final test. The text is not
 * shuffled first, since neighbouring sentences resemble each other.
 * @throws DataError where shares are below 0 or leave nothing for train
 */
export function splitText(text: string, options: SplitTextOptions = {}): TextSplit {
  const { dev = 0.05, test = 0.05 } = optionsOf("splitText", options, "dev test");
  checkText("splitText", text);
  if (!(dev >= 0 && test >= 0 && dev + test < 1))
    throw new DataError("splitText", `shares dev ${dev}, test ${test}`, { wants: "at least 0, together below 1" });
  const firstDev = boundary(text, text.length - Math.floor((dev + test) * text.length + 1e-6));
  const firstTest = boundary(text, text.length - Math.floor(test * text.length + 1e-6));
  if (firstDev === 0) throw new DataError("splitText", `a text of ${text.length} characters leaves none for train`);
  return { train: text.slice(0, firstDev), dev: text.slice(firstDev, firstTest), test: text.slice(firstTest) };
}

/** The place itself, or the next one where the place would cut a surrogate pair. */
function boundary(text: string, at: number): number {
  const inside = /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
  return inside ? at + 1 : at;
}
