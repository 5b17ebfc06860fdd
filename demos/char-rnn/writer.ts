import {
  assign,
  type CapturedStep,
  DataError,
  type Engine,
  reshape,
  Sampler,
  stack,
  state,
  type Tensor,
  type Tokenizer,
} from "../../src/index";
import { CarriedMemory } from "./memory";
import type { CharRnn, Sizes } from "./model";

/** Characters that one run of the writing step makes: they come back from the GPU together. */
export const CHUNK = 32;
/** Characters of a prompt that one run of the reading step takes. */
const PROMPT = 64;

/** What a step's capture is given to tell of its pipelines. */
export type Compiling = { onCompile?: (done: number, total: number) => void };

/** Continues texts: the character drawn last goes back into the network without leaving the GPU. */
export class Writer {
  readonly sampler: Sampler;
  readonly #memory: CarriedMemory;
  /** The character that the network has not read yet, i32 [1, 1]. */
  readonly #newest = state("newest", { shape: [1, 1], dtype: "i32" });
  #read!: CapturedStep<"ids" | "lengths", never>;
  #write!: CapturedStep<never, "characters">;
  /** One text at a time. */
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    readonly model: CharRnn,
    readonly tokenizer: Tokenizer,
    sizes: Sizes,
    seed: number,
  ) {
    this.sampler = new Sampler({ temperature: 0.8, seed });
    this.#memory = new CarriedMemory(sizes, 1);
  }

  static async create(
    engine: Engine,
    model: CharRnn,
    tokenizer: Tokenizer,
    { seed, ...sizes }: Sizes & { readonly seed: number },
    progress: (step: string) => Compiling = () => ({}),
  ): Promise<Writer> {
    const writer = new Writer(engine, model, tokenizer, sizes, seed);
    const feeds = { ids: { shape: [PROMPT, 1], dtype: "i32" }, lengths: { shape: [1], dtype: "i32" } } as const;
    [writer.#read, writer.#write] = await Promise.all([
      engine.capture(feeds, ({ ids, lengths }) => writer.#readingStep(ids, lengths), progress("prompt")),
      engine.capture({}, () => writer.#writingStep(), progress("writing")),
    ]);
    return writer;
  }

  get steps(): readonly CapturedStep[] {
    return [this.#read, this.#write];
  }

  /**
   * Continues a text, from an empty memory.
   * @param prompt what the network reads first; where it is empty, the end of a line
   * @param onText is given each piece as it is made
   * @returns the whole continuation, of `count` characters
   * @throws DataError where the book has no such character, at once
   */
  write(prompt: string, count: number, onText?: (piece: string) => void, signal?: AbortSignal): Promise<string> {
    const ids = this.#encode(prompt || "\n");
    const written = this.#busy.then(() => this.#continue(ids, count, onText, signal));
    this.#busy = written.catch(() => {});
    return written;
  }

  async #continue(ids: Int32Array, count: number, onText?: (piece: string) => void, signal?: AbortSignal) {
    const { engine, tokenizer } = this;
    this.#memory.forget(engine);
    for (let i = 0; i < ids.length - 1; i += PROMPT) {
      const part = ids.subarray(i, Math.min(i + PROMPT, ids.length - 1));
      const padded = new Int32Array(PROMPT);
      padded.set(part);
      await this.#read.run({ ids: padded, lengths: Int32Array.of(part.length) });
    }
    engine.write(this.#newest, ids.slice(-1));
    let text = "";
    for (let made = 0; made < count && !signal?.aborted; made += CHUNK) {
      await this.#write.run();
      const characters = (await this.#write.read("characters")) as Int32Array;
      const piece = tokenizer.decode(characters.subarray(0, count - made));
      text += piece;
      onText?.(piece);
    }
    return text;
  }

  /** Typewriters' quotes as the book has them. */
  #encode(prompt: string): Int32Array {
    try {
      return this.tokenizer.encode(
        prompt
          .replace(/'/g, "’")
          .replace(/(^|\s)"/g, "$1“")
          .replace(/"/g, "”"),
      );
    } catch (error) {
      const character = (error as Error).message.match(/character "(.+?)"/)?.[1];
      throw new DataError(
        "prompt",
        `the book has no character ${character ?? "like one of these"}, so it cannot be read`,
      );
    }
  }

  #readingStep(ids: Tensor, lengths: Tensor): Record<never, Tensor> {
    this.#memory.keep(this.model.run(ids, this.#memory.recall(), lengths).memory);
    return {};
  }

  #writingStep(): { characters: Tensor } {
    let [newest, memory] = [this.#newest, this.#memory.recall()];
    const drawn: Tensor[] = [];
    for (let i = 0; i < CHUNK; i++) {
      const { logits, memory: next } = this.model.run(newest, memory);
      const character = this.sampler.next(reshape(logits, [1, this.tokenizer.size])); // i32 [1]
      drawn.push(character);
      [newest, memory] = [reshape(character, [1, 1]), next];
    }
    assign(this.#newest, newest);
    this.#memory.keep(memory);
    return { characters: stack(drawn) };
  }
}
