import {
  type CapturedStep,
  concat,
  type Engine,
  greaterEqual,
  reshape,
  Sampler,
  slice,
  type Tensor,
  where,
} from "../../src/index";
import type { CompileProgress } from "../shared/run";
import { LONGEST, lettersOf, plainName, spell, startOf } from "./data";
import { KINDS, type NameWriter, type Sizes } from "./model";

/** Names of each kind that one run invents. */
export const INVENTED = 12;
const ROWS = KINDS * INVENTED;

/** Lets the writer go on from its own letters: all names at once, and the letters never leave the GPU in between. */
export class Inventor {
  readonly sampler: Sampler;
  #step!: CapturedStep<"given", "letters">;
  /** One run at a time: it is read before the next. */
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(seed: number) {
    this.sampler = new Sampler({ temperature: 0.8, seed });
  }

  static async create(
    engine: Engine,
    writer: NameWriter,
    { seed }: Sizes & { readonly seed: number },
    progress: CompileProgress,
  ): Promise<Inventor> {
    const inventor = new Inventor(seed);
    const given = { shape: [ROWS, LONGEST + 1], dtype: "i32" as const };
    inventor.#step = await engine.capture(
      { given },
      ({ given }) => ({ letters: inventingStep(writer, inventor.sampler, given) }),
      progress("inventing"),
    );
    return inventor;
  }

  get steps(): readonly CapturedStep[] {
    return [this.#step];
  }

  /**
   * Invents names of both kinds, girls' first.
   * @param beginning with which they all begin; may be empty
   * @throws DataError in a sentence, where no name can begin so
   */
  invent(beginning: string): Promise<string[][]> {
    const letters = plainName(beginning) ? lettersOf(beginning) : [];
    const invented = this.#busy.then(() => this.#invent(letters));
    this.#busy = invented.catch(() => {});
    return invented;
  }

  async #invent(letters: readonly number[]): Promise<string[][]> {
    const given = new Int32Array(ROWS * (LONGEST + 1)).fill(-1);
    for (let row = 0; row < ROWS; row++)
      given.set([startOf(Math.floor(row / INVENTED)), ...letters], row * (LONGEST + 1));
    await this.#step.run({ given });
    const drawn = await this.#step.read("letters");
    const names = Array.from({ length: ROWS }, (_, row) => spell(drawn.subarray(row * LONGEST, (row + 1) * LONGEST)));
    return Array.from({ length: KINDS }, (_, kind) => names.slice(kind * INVENTED, (kind + 1) * INVENTED));
  }
}

/**
 * @param given what is not to be drawn, i32 [N, 1 + T]: the kind, then letters; −1 where the network chooses
 * @returns letters, i32 [N, T]
 */
function inventingStep(writer: NameWriter, sampler: Sampler, given: Tensor): Tensor {
  const at = (t: number) => slice(given, 1, t, t + 1); // [N, 1]
  const letters: Tensor[] = [];
  let [newest, memory]: [Tensor, Tensor | undefined] = [at(0), undefined];
  for (let t = 1; t <= LONGEST; t++) {
    const read = writer.run(newest, memory);
    const drawn = reshape(sampler.next(reshape(read.logits, [ROWS, -1])), [ROWS, 1]);
    newest = where(greaterEqual(at(t), 0), at(t), drawn);
    memory = read.memory;
    letters.push(newest);
  }
  return concat(letters, 1);
}
