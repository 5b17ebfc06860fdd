import {
  type BeamResult,
  beamSearch,
  type CapturedStep,
  concat,
  DataError,
  type Engine,
  reshape,
  type Tensor,
} from "../../src/index";
import { BeamDecoder } from "./decoder";
import type { Parts } from "./parts";

/** Beams at most. */
export const WIDEST = 8;
/** α of the length penalty ((5 + length) / 6)^α, without which short translations would win. */
const ALPHA = 0.6;

/** A translation that was found. */
export interface Found {
  readonly text: string;
  /** Σ log P of its characters, and of its end. */
  readonly logProb: number;
  /** The same, divided by the penalty of its length: what the list is sorted by. */
  readonly score: number;
  /** Whether it came to an end by itself. */
  readonly ended: boolean;
}

/** How much each character written, and the end, takes from each one read. */
export interface Alignment {
  readonly layers: number;
  readonly heads: number;
  /** What was written, character by character; "" stands for the end, and for what no text should hold. */
  readonly written: readonly string[];
  readonly read: readonly string[];
  /** [layers, heads, written, read]; each row comes to 1. */
  readonly weights: Float32Array;
}

export interface Answer {
  /** As the network has read it. */
  readonly source: string;
  /** Best first. */
  readonly found: readonly Found[];
  /** Of the best one; a network without attention has none. */
  readonly alignment: Alignment | undefined;
  /** What is right, where that can be said. */
  readonly reference: string | undefined;
}

/** Translates what a visitor writes: several translations, and where the network looks while it writes the best. */
export class Interpreter {
  private constructor(
    readonly parts: Parts,
    readonly decoder: BeamDecoder,
    readonly look: CapturedStep<"source" | "lengths" | "written", "weights"> | undefined,
  ) {}

  static async create(engine: Engine, parts: Parts): Promise<Interpreter> {
    const { model, sizes } = parts;
    const silent = () => ({ onCompile() {} });
    const decoder = await BeamDecoder.create(engine, model, sizes, WIDEST, silent);
    const i32 = (...shape: number[]) => ({ shape, dtype: "i32" as const });
    const feeds = { source: i32(1, sizes.sourceLength), lengths: i32(1), written: i32(1, sizes.targetLength) };
    const look = parts.attends
      ? await engine.capture(feeds, ({ source, lengths, written }) => {
          const maps: Tensor[] = [];
          model.write(written, model.read(source, lengths), (weights) => maps.push(weights));
          return { weights: reshape(concat(maps, 1), [-1, sizes.targetLength, sizes.sourceLength]) };
        })
      : undefined;
    return new Interpreter(parts, decoder, look);
  }

  /** @throws DataError in a plain sentence where the text cannot be read, or the width is none of 1 … {@link WIDEST} */
  async translate(text: string, width: number): Promise<Answer> {
    const { language } = this.parts;
    const source = language.read(text);
    if (!(Number.isInteger(width) && width >= 1 && width <= WIDEST))
      throw new DataError("beams", `Choose 1 to ${WIDEST} beams, not ${width}.`);
    const results = await this.#search(source, width);
    const found = results.map(({ tokens, ...rest }) => ({ ...rest, text: language.textOf(tokens) }));
    return {
      source,
      found,
      alignment: results[0] && (await this.#align(source, results[0])),
      reference: language.task.reference?.(source),
    };
  }

  async #search(source: string, width: number): Promise<BeamResult[]> {
    const { language, sizes } = this.parts;
    const ids = language.source.encode(source);
    await this.decoder.readOne(ids, ids.length);
    return beamSearch({
      step: (beams) =>
        this.decoder.next(
          beams.map((b) => b.tokens.at(-1)!),
          beams.map((b) => b.parent),
        ),
      start: language.begin,
      end: language.end,
      width,
      results: width,
      maxLength: sizes.targetLength,
      alpha: ALPHA,
    });
  }

  async #align(source: string, { tokens, ended }: BeamResult): Promise<Alignment | undefined> {
    const { parts, look } = this;
    if (!look) return undefined;
    const { sourceLength, targetLength, layers: all } = parts.sizes;
    const read = parts.language.source.encode(source);
    const padded = (ids: ArrayLike<number>, length: number) => Int32Array.from({ length }, (_, i) => ids[i] ?? 0);
    await look.run({
      source: padded(read, sourceLength),
      lengths: Int32Array.of(read.length),
      written: padded([parts.language.begin, ...tokens], targetLength),
    });
    const weights = (await look.read("weights")) as Float32Array;
    const maps = weights.length / (targetLength * sourceLength);
    const layers = maps === 1 ? 1 : all;
    const [rows, columns] = [tokens.length + Number(ended), read.length];
    const cut = Float32Array.from({ length: maps * rows * columns }, (_, i) => {
      const [map, row, column] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
      return weights[(map * targetLength + row) * sourceLength + column]!;
    });
    const written = [...tokens, ...(ended ? [parts.language.end] : [])].map((id) => parts.language.target.decode([id]));
    return { layers, heads: maps / layers, written, read: [...source], weights: cut };
  }
}
