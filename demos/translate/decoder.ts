import {
  add,
  arange,
  argMax,
  assign,
  type CapturedStep,
  cast,
  createKeyValueCache,
  type Engine,
  equal,
  indexSelect,
  type KeyValueCache,
  logicalNot,
  logicalOr,
  logSoftmax,
  reshape,
  state,
  sum,
  type Tensor,
  where,
} from "../../src/index";
import type { CompileProgress } from "../shared/run";
import type { Memory, Sizes, Translator } from "./model";

/** Steps after which it is asked whether all sentences have ended. */
const ASK_EVERY = 12;

const i32 = (...shape: number[]) => ({ shape, dtype: "i32" as const });

/** What a network knows of a batch of sentences that it is writing: it lies on the GPU from step to step. */
class Notes {
  readonly memory: Memory;
  readonly caches: readonly KeyValueCache[];

  /** @param memory what reading gave: these are as large */
  constructor(memory: Memory, { layers, targetLength, width }: Sizes) {
    const kept = Object.entries(memory).map(([name, { shape, dtype }]) => [name, state(name, { shape, dtype })]);
    this.memory = Object.fromEntries(kept) as Memory;
    const batch = memory.lengths.size;
    this.caches = Array.from({ length: layers }, () => createKeyValueCache(batch, targetLength, width));
  }

  /** Keeps what has changed. */
  keep(memory: Memory): void {
    for (const [name, t] of Object.entries(memory)) if (t !== this.memory[name]) assign(this.memory[name]!, t);
  }

  /** Nothing is written yet. */
  rewind(engine: Engine): void {
    for (const { position } of this.caches) engine.write(position, Uint32Array.of(0));
  }
}

/** Writes with captured steps: one reads a batch of sentences, another writes the next character of all of them. */
abstract class Decoder {
  protected notes!: Notes;
  protected begin!: CapturedStep<"source" | "lengths", never>;

  protected constructor(
    readonly engine: Engine,
    readonly model: Translator,
    readonly sizes: Sizes,
    /** Sentences at once. */
    readonly batch: number,
  ) {}

  protected async open(progress: CompileProgress, name: string): Promise<void> {
    const { batch, sizes, model } = this;
    const feeds = { source: i32(batch, sizes.sourceLength), lengths: i32(batch) };
    this.begin = await this.engine.capture(
      feeds,
      ({ source, lengths }) => {
        const memory = model.read(source, lengths);
        this.notes ??= new Notes(memory, sizes);
        this.notes.keep(memory);
        return {};
      },
      progress(`${name}, reading`),
    );
  }

  /** Reads sentences: ids [batch, sourceLength], and how many of each row count. */
  protected async read(source: Int32Array<ArrayBuffer>, lengths: Int32Array<ArrayBuffer>): Promise<void> {
    this.notes.rewind(this.engine);
    await this.begin.run({ source, lengths });
  }
}

/** Writes the likeliest character each time; the characters stay on the GPU until all sentences have ended. */
export class GreedyDecoder extends Decoder {
  #next!: CapturedStep<never, "open" | "written">;
  /** i32 [batch, 1] */
  readonly #newest = state("newest", i32(this.batch, 1));
  /** i32 [batch, targetLength] */
  readonly #written = state("written", i32(this.batch, this.sizes.targetLength));
  /** u32 [batch, 1]: whether a sentence has come to its end. */
  readonly #ended = state("ended", { shape: [this.batch, 1], dtype: "u32" });
  /** i32 [1]: how many characters there are. */
  readonly #count = state("count", i32(1));

  static async create(
    engine: Engine,
    model: Translator,
    sizes: Sizes,
    batch: number,
    tokens: { readonly begin: number; readonly end: number },
    progress: CompileProgress,
  ): Promise<GreedyDecoder> {
    const decoder = new GreedyDecoder(engine, model, sizes, batch, tokens);
    await decoder.open(progress, "greedy");
    decoder.#next = await engine.capture({}, () => decoder.#step(), progress("greedy, writing"));
    return decoder;
  }

  private constructor(
    engine: Engine,
    model: Translator,
    sizes: Sizes,
    batch: number,
    readonly tokens: { readonly begin: number; readonly end: number },
  ) {
    super(engine, model, sizes, batch);
  }

  get steps(): readonly CapturedStep[] {
    return [this.begin, this.#next];
  }

  /** @returns ids [batch, targetLength]; what follows the end of a sentence says nothing */
  async translate(source: Int32Array<ArrayBuffer>, lengths: Int32Array<ArrayBuffer>): Promise<Int32Array> {
    const { engine, batch, sizes, tokens } = this;
    await this.read(source, lengths);
    engine.write(this.#newest, new Int32Array(batch).fill(tokens.begin));
    engine.write(this.#ended, new Uint32Array(batch));
    engine.write(this.#count, Int32Array.of(0));
    await this.#next.drain();
    for (let t = 1; t <= sizes.targetLength; t++) {
      await this.#next.run();
      if (t % ASK_EVERY === 0 && (await this.#next.drain()).at(-1)!.values.open === 0) break;
    }
    return (await this.#next.read("written")) as Int32Array;
  }

  #step(): { open: Tensor; written: Tensor } {
    const { model, notes, sizes, batch, tokens } = this;
    const { logits, memory } = model.writeOn(this.#newest, notes.memory, notes.caches);
    notes.keep(memory);
    const token = argMax(reshape(logits, [batch, sizes.target]), -1, { keepDims: true });
    const written = where(equal(arange(sizes.targetLength), this.#count), token, this.#written);
    const ended = logicalOr(this.#ended, equal(token, tokens.end));
    assign(this.#newest, token);
    assign(this.#written, written);
    assign(this.#ended, ended);
    assign(this.#count, add(this.#count, 1));
    return { open: sum(cast(logicalNot(ended), "f32")), written };
  }
}

/** Goes on from several beginnings of one translation, for beam search. */
export class BeamDecoder extends Decoder {
  #next!: CapturedStep<"newest", "logProbs">;
  #reorder!: CapturedStep<"parents", never>;

  static async create(
    engine: Engine,
    model: Translator,
    sizes: Sizes,
    beams: number,
    progress: CompileProgress,
  ): Promise<BeamDecoder> {
    const decoder = new BeamDecoder(engine, model, sizes, beams);
    await decoder.open(progress, "beams");
    decoder.#next = await engine.capture(
      { newest: i32(beams, 1) },
      ({ newest }) => decoder.#step(newest),
      progress("beams, writing"),
    );
    decoder.#reorder = await engine.capture(
      { parents: i32(beams) },
      ({ parents }) => decoder.#reorderStep(parents),
      progress("beams, sorting"),
    );
    return decoder;
  }

  /** Names of what has changed since a sentence was read. */
  readonly #changing = new Set<string>();

  get steps(): readonly CapturedStep[] {
    return [this.begin, this.#next, this.#reorder];
  }

  /** Reads one sentence, for all beams. */
  async readOne(source: Int32Array, length: number): Promise<void> {
    const { batch, sizes } = this;
    const rows = new Int32Array(batch * sizes.sourceLength);
    for (let b = 0; b < batch; b++) rows.set(source, b * sizes.sourceLength);
    await this.read(rows, new Int32Array(batch).fill(length));
  }

  /**
   * The next character of all beams.
   * @param newest the last character of each
   * @param parents which beam of the step before each goes on from
   * @returns log-probabilities [beams, target]
   */
  async next(newest: readonly number[], parents: readonly number[]): Promise<Float32Array> {
    const filled = (list: readonly number[]) => Int32Array.from({ length: this.batch }, (_, b) => list[b] ?? 0);
    if (parents.some((p, b) => p !== b)) await this.#reorder.run({ parents: filled(parents) });
    await this.#next.run({ newest: filled(newest) });
    const all = (await this.#next.read("logProbs")) as Float32Array;
    return all.subarray(0, newest.length * this.sizes.target);
  }

  #step(newest: Tensor): { logProbs: Tensor } {
    const { model, notes, sizes, batch } = this;
    const { logits, memory } = model.writeOn(newest, notes.memory, notes.caches);
    for (const [name, t] of Object.entries(memory)) if (t !== notes.memory[name]) this.#changing.add(name);
    notes.keep(memory);
    return { logProbs: logSoftmax(reshape(logits, [batch, sizes.target])) };
  }

  /** Every beam takes over the notes of the one that it goes on from. */
  #reorderStep(parents: Tensor): Record<never, Tensor> {
    const { memory, caches } = this.notes;
    // States of recurrent layers are [layers, beams, width].
    for (const name of this.#changing) assign(memory[name]!, indexSelect(memory[name]!, 1, parents));
    for (const { rows } of caches) assign(rows, indexSelect(rows, 0, parents));
    return {};
  }
}
