import { type CapturedStep, type Engine, softmax } from "../../src/index";
import type { CompileProgress } from "../shared/run";
import { LONGEST, lettersOf, type Names, plainName } from "./data";
import { KINDS, LETTERS, type NameReader } from "./model";
import { Projection } from "./projection";

/** Names whose states are drawn as a map. */
const MAPPED = 256;

/** The reader's opinion while a name comes in. */
export interface Opinion {
  /** As it was read. */
  readonly name: string;
  /** Probability of each kind [letters, 2], after the first letter, after the second, … */
  readonly probabilities: Float32Array;
}

/** Things placed in a plane: what lies close together is much the same to the network. */
export interface Atlas {
  /** Held-out names by what the reader holds after their last letter, [names, 2]. */
  readonly names: {
    readonly text: readonly string[];
    readonly kinds: readonly number[];
    readonly places: Float32Array;
    /** Probability of each kind, [names, 2]. */
    readonly probabilities: Float32Array;
  };
  /** Letters by what they are to the reader, [27, 2]. */
  readonly letters: { readonly text: readonly string[]; readonly places: Float32Array };
}

/** Looks over the reader's shoulder. */
export class Follower {
  #one!: CapturedStep<"ids", "probabilities">;
  #many!: CapturedStep<"ids" | "lengths", "states" | "probabilities" | "letters">;
  readonly #names: Names["dev"];
  readonly #hidden: number;
  /** The planes turn with the networks, not from one look to the next. */
  readonly #planes = { names: new Projection(), letters: new Projection() };

  private constructor(reader: NameReader, names: Names) {
    this.#names = names.dev.slice(0, MAPPED);
    this.#hidden = reader.gru.hiddenSize;
  }

  static async create(engine: Engine, reader: NameReader, names: Names, progress: CompileProgress): Promise<Follower> {
    const follower = new Follower(reader, names);
    const count = follower.#names.length;
    const i32 = (...shape: number[]) => ({ shape, dtype: "i32" as const });
    [follower.#one, follower.#many] = await Promise.all([
      engine.capture(
        { ids: i32(1, LONGEST) },
        ({ ids }) => ({ probabilities: softmax(reader.follow(ids).logits) }),
        progress("one"),
      ),
      engine.capture(
        { ids: i32(count, LONGEST), lengths: i32(count) },
        ({ ids, lengths }) => {
          const states = reader.remember(ids, lengths);
          return { states, probabilities: softmax(reader.head.forward(states)), letters: reader.embedding.weight };
        },
        progress("many"),
      ),
    ]);
    return follower;
  }

  get steps(): readonly CapturedStep[] {
    return [this.#one, this.#many];
  }

  /** @throws DataError in a sentence, where it is no name that can be read */
  async read(name: string): Promise<Opinion> {
    const letters = lettersOf(name);
    await this.#one.run({ ids: Int32Array.from({ length: LONGEST }, (_, i) => letters[i] ?? -1) });
    const probabilities = await this.#one.read("probabilities");
    return { name: plainName(name), probabilities: probabilities.slice(0, letters.length * KINDS) as Float32Array };
  }

  async map(): Promise<Atlas> {
    const names = this.#names;
    const spelled = names.map(({ name }) => lettersOf(name));
    const ids = new Int32Array(names.length * LONGEST).fill(-1);
    spelled.forEach((letters, n) => {
      ids.set(letters, n * LONGEST);
    });
    await this.#many.run({ ids, lengths: Int32Array.from(spelled, (l) => l.length) });
    const read = await this.#many.readAll(["states", "probabilities", "letters"]);
    const { states, probabilities, letters } = read as Record<string, Float32Array>;
    const width = letters!.length / LETTERS;
    const kinds = names.map(({ kind }) => kind);
    return {
      names: {
        text: names.map(({ name }) => name),
        kinds,
        places: this.#planes.names.of(states!, this.#hidden, kinds),
        probabilities: probabilities!,
      },
      // The end of a name is never read: it has learnt no place.
      letters: {
        text: [..."abcdefghijklmnopqrstuvwxyz-"],
        places: this.#planes.letters.of(letters!.subarray(width), width),
      },
    };
  }
}
