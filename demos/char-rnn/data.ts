import { characterTokenizer, DataError, splitText, TokenDataset, type Tokenizer } from "../../src/index";
import { fetchFile } from "../shared/fetchFile";

/** The book's file, as pages and command line ask for it. */
export const BOOK = "moby-dick.txt";

/** A text, its characters numbered, and three stretches of it: to learn from, to watch, and to judge by at the end. */
export interface Book {
  readonly tokenizer: Tokenizer;
  readonly train: TokenDataset;
  readonly dev: TokenDataset;
  readonly test: TokenDataset;
  /** The second stretch, for showing what the network does with text that it has not learnt from. */
  readonly devText: string;
}

/** Fetches the book. @throws DataError where it cannot be had */
export const fetchBook = (url: string): Promise<Uint8Array> => fetchFile(url, "the book");

/**
 * Numbers a text's characters and cuts it 90 : 5 : 5. The vocabulary is that of the whole text, so that every character of
 * the held-out stretches counts.
 * @throws DataError where the text is empty or not UTF-8
 */
export function readBook(bytes: Uint8Array): Book {
  const text = decode(bytes);
  const tokenizer = characterTokenizer(text);
  const split = splitText(text);
  const dataset = (part: string) => new TokenDataset({ tokens: tokenizer.encode(part), size: tokenizer.size });
  const [train, dev, test] = [split.train, split.dev, split.test].map(dataset) as [
    TokenDataset,
    TokenDataset,
    TokenDataset,
  ];
  return { tokenizer, train, dev, test, devText: split.dev };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(BOOK, "not a text in UTF-8");
  }
}
