import {
  add,
  arange,
  assign,
  type CapturedStep,
  cast,
  createKeyValueCache,
  type Engine,
  embedding,
  equal,
  type KeyValueCache,
  minimum,
  reshape,
  Sampler,
  state,
  type Tensor,
  where,
} from "../../src/index";
import type { CompileProgress } from "../shared/run";
import type { TinyGpt } from "./model";

/** How tokens are drawn, see {@link Sampler}. */
export interface Drawing {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
}

export const DRAWING: Drawing = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1 };

/** Tokens made between two readbacks: the queue stays full, the text still flows. */
export const TOKENS_A_READ = 16;

/**
 * Text, token by token, on the GPU: each step reads the last token, looks at the keys and values kept of the earlier ones, and
 * draws the next. Nothing comes back until a group of tokens is made.
 */
export class Generation {
  #generating: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    readonly model: TinyGpt,
    readonly sampler: Sampler,
    readonly caches: readonly KeyValueCache[],
    /** i32 [1]: the last token. */
    readonly last: Tensor,
    readonly window: Window,
    readonly one: CapturedStep<never, "token">,
    readonly many: CapturedStep<"ids", "token">,
    readonly plain: CapturedStep<never, "token">,
  ) {}

  static async create(engine: Engine, model: TinyGpt, progress: CompileProgress): Promise<Generation> {
    const { length, width, layers } = model.sizes;
    const caches = Array.from({ length: layers }, () => createKeyValueCache(1, length, width));
    const sampler = new Sampler(DRAWING);
    const last = state("last token", { shape: [1], dtype: "i32" });
    const window: Window = {
      ids: state("window", { shape: [length], dtype: "i32" }),
      count: state("count", { shape: [1], dtype: "i32" }),
    };
    /** Draws what follows the last row of logits. */
    const draw = (logits: Tensor) => {
      const token = sampler.next(logits);
      assign(last, token);
      return { token: cast(token, "f32") };
    };
    const one = () => draw(reshape(model.forwardCached(reshape(last, [1, 1]), caches), [1, -1]));
    const many = ({ ids }: { ids: Tensor }) => {
      const logits = model.forwardCached(ids, caches);
      const rows = reshape(logits, [ids.size, -1]);
      return draw(embedding(rows, lastRow(ids.size)));
    };
    return new Generation(
      engine,
      model,
      sampler,
      caches,
      last,
      window,
      await engine.capture({}, one, progress("one token")),
      await engine.capture({ ids: { shape: [1, half(length)], dtype: "i32" } }, many, progress("many tokens")),
      await engine.capture({}, () => plainStep(model, sampler, window), progress("without cache")),
    );
  }

  /**
   * Goes on from a text.
   * @param prompt at least one token; of a long one the end
   * @param onTokens gets the tokens in groups of {@link TOKENS_A_READ}; what it returns says whether to go on
   */
  generate(
    prompt: ArrayLike<number>,
    count: number,
    drawing: Drawing,
    onTokens: (tokens: number[]) => boolean,
  ): Promise<void> {
    return this.#inTurn(async () => {
      this.#set(drawing);
      const { length } = this.model.sizes;
      const text = Array.from(prompt);
      // Reading a text draws what follows it: one token waits on the device.
      let [seen, waiting, made] = [await this.#read(text.slice(-longestPrompt(length))), 1, 0];
      for (;;) {
        for (; waiting < Math.min(TOKENS_A_READ, count - made) && seen < length; waiting++, seen++)
          await this.one.run();
        const tokens = await this.#drain(waiting);
        text.push(...tokens);
        made += tokens.length;
        if (!onTokens(tokens) || made >= count) return;
        if (seen < length) {
          await this.one.run();
          seen++;
        } else seen = await this.#read(text.slice(-half(length))); // full: anew with the nearest half of the text
        waiting = 1;
      }
    });
  }

  /** Tokens a second with the cache and without, measured over one context. */
  measure(count: number): Promise<{ cached: number; plain: number }> {
    return this.#inTurn(async () => {
      const timed = async (step: CapturedStep<never, "token">) => {
        await step.run();
        await step.drain();
        const began = performance.now();
        for (let i = 0; i < count; i++) await step.run();
        await step.drain();
        return (1000 * count) / (performance.now() - began);
      };
      this.#begin();
      const cached = await timed(this.one);
      return { cached, plain: await timed(this.plain) };
    });
  }

  /** The same text without a cache, at most as long as the model sees: every token is computed from all before it. */
  generatePlain(prompt: readonly number[], count: number, drawing: Drawing): Promise<number[]> {
    return this.#inTurn(async () => {
      this.#set(drawing);
      const ids = new Int32Array(this.model.sizes.length);
      ids.set(prompt);
      this.engine.write(this.window.ids, ids);
      this.engine.write(this.window.count, Int32Array.of(prompt.length));
      await this.plain.drain();
      for (let i = 0; i < count; i++) await this.plain.run();
      return (await this.plain.drain()).map(({ values }) => values.token);
    });
  }

  #set({ temperature, topK, topP, seed }: Drawing): void {
    const { engine, sampler } = this;
    engine.write(sampler.temperature, Float32Array.of(temperature));
    engine.write(sampler.topK, Uint32Array.of(topK));
    engine.write(sampler.topP, Float32Array.of(topP));
    engine.write(sampler.generator.state, Uint32Array.of(seed, 0));
  }

  #begin(): void {
    for (const { position } of this.caches) this.engine.write(position, Uint32Array.of(0));
  }

  /** Reads a text into empty caches, half a context at a time where it is long enough. @returns its length */
  async #read(text: readonly number[]): Promise<number> {
    const { many, one, engine, last } = this;
    const size = half(this.model.sizes.length);
    this.#begin();
    await Promise.all([many.drain(), one.drain()]);
    let at = 0;
    for (; at + size <= text.length; at += size) await many.run({ ids: Int32Array.from(text.slice(at, at + size)) });
    for (; at < text.length; at++) {
      engine.write(last, Int32Array.of(text[at]!));
      await one.run();
    }
    return text.length;
  }

  /** The last tokens drawn, by whichever step drew them. */
  async #drain(count: number): Promise<number[]> {
    const [many, one] = [await this.many.drain(), await this.one.drain()];
    return [...many, ...one].slice(-count).map(({ values }) => values.token);
  }

  /** One text at a time: all use the same caches. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#generating.then(work, work);
    this.#generating = turn.catch(() => {});
    return turn;
  }
}

/** A text that is computed anew for every token. */
interface Window {
  /** i32 [length]. */
  readonly ids: Tensor;
  /** i32 [1]: how many of them count. */
  readonly count: Tensor;
}

const half = (length: number): number => Math.max(1, Math.floor(length / 2));

/** Leaves room for a group of tokens, where the model sees that far. */
const longestPrompt = (length: number): number => Math.max(half(length), length - TOKENS_A_READ);

const lastRow = (count: number): Tensor => arange(count - 1, count);

function plainStep(model: TinyGpt, sampler: Sampler, { ids, count }: Window) {
  const { length, vocabulary } = model.sizes;
  const logits = reshape(model.forward(reshape(ids, [1, length])), [length, vocabulary]);
  const token = sampler.next(embedding(logits, add(count, -1)));
  assign(ids, where(equal(arange(length), count), token, ids));
  assign(count, minimum(add(count, 1), length));
  return { token: cast(token, "f32") };
}
