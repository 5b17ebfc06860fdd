import {
  Adam,
  bernoulli,
  bucketByLength,
  createGenerator,
  dropout,
  type Engine,
  embedding,
  type Generator,
  manualSeed,
  reshape,
  SequenceDataset,
  SequenceLoader,
  softmaxCrossEntropy,
  stack,
  state,
  type Tensor,
  type TrainEvent,
  where,
} from "../../src/index";
import { type CompileProgress, compileProgress } from "../shared/run";
import { MostFrequentTag } from "./baseline";
import { BucketedStep, type BucketStep } from "./bucketed";
import type { Corpus, Sentence } from "./data";
import { FEATURES, type Feature, Lexicon, NOTHING, UNKNOWN } from "./features";
import { Judge } from "./judge";
import { type Sizes, Tagger } from "./model";
import { Reader } from "./reader";

/** What decides how the network is made and trained. */
export interface Settings extends Sizes {
  /** Words of a step, about: short sentences come many at once, long ones few. */
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
}

/** A corpus, and what follows from its training sentences. It can be shared by runs. */
export interface Data {
  readonly corpus: Corpus;
  readonly lexicon: Lexicon;
  readonly baseline: MostFrequentTag;
}

/** What a run is made of: the network, the training sentences on the GPU, and captured steps. */
export interface Parts extends Data {
  readonly model: Tagger;
  readonly optimizer: Adam;
  readonly loaders: readonly SequenceLoader<Field>[];
  readonly generator: Generator;
  readonly train: BucketedStep;
  readonly judge: Judge;
  readonly reader: Reader;
}

type Field = Feature | "tag";
const FIELDS: readonly Field[] = [...FEATURES, "tag"];

/** Longest sentences of the buckets; beyond the last as long as is needed. So little more than a fifth is filled up. */
const LENGTHS = [11, 18, 26, 35, 48, 73];
/** Share of the elements that are dropped between the layers. */
const DROPOUT = 0.3;
/** A word that training has n times is taken for an unknown one every (1 + n / RARE)-th time. */
const RARE = 1;
/** Gradients of a longer norm are scaled down to it. */
const CLIP_NORM = 1;

export function prepare(corpus: Corpus): Data {
  return { corpus, lexicon: new Lexicon(corpus.train), baseline: new MostFrequentTag(corpus.train) };
}

/** Makes the network and captures its steps, telling how many pipelines are ready. @param start steps taken before */
export async function buildParts(
  engine: Engine,
  data: Data,
  settings: Settings,
  start: number,
  on: (e: TrainEvent) => void,
): Promise<Parts> {
  const { corpus, lexicon, baseline } = data;
  const { lr, seed } = settings;
  manualSeed(seed);
  const model = new Tagger(lexicon.sizes, settings);
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: CLIP_NORM });
  const generator = createGenerator(seed);
  const loaders = loadersOf(corpus.train, lexicon, settings);
  const progress = compileProgress(on);
  const step = new TrainingStep(model, optimizer, lexicon, generator);
  const longest = Math.max(...[corpus.train, corpus.dev, corpus.test].map(longestOf));
  const [buckets, judge, reader] = await Promise.all([
    Promise.all(loaders.map((loader, i) => step.capture(engine, loader, progress, `train ${i}`))),
    Judge.create(engine, model, lexicon, baseline, longest, progress),
    Reader.create(engine, model, lexicon, progress),
  ]);
  const train = new BucketedStep(buckets, seed, start);
  return { ...data, model, optimizer, loaders, generator, train, judge, reader };
}

const longestOf = (sentences: readonly Sentence[]) => sentences.reduce((n, { words }) => Math.max(n, words.length), 1);

/** The training sentences on the GPU, those of about one length together. */
function loadersOf(sentences: readonly Sentence[], lexicon: Lexicon, { batch, seed }: Settings) {
  const longest = longestOf(sentences);
  const buckets = bucketByLength(
    sentences.map(({ words }) => words.length),
    [...LENGTHS.filter((l) => l < longest), longest],
  );
  return buckets.map(({ rows, length }, i) => {
    const those = Array.from(rows, (row) => sentences[row]!);
    const readings = those.map(({ words }) => lexicon.read(words));
    const field = (f: Field): ArrayLike<number>[] =>
      f === "tag" ? those.map(({ tags }) => tags) : readings.map((r) => r[f]);
    const fields = Object.fromEntries(FIELDS.map((f) => [f, field(f)])) as Record<Field, ArrayLike<number>[]>;
    const dataset = new SequenceDataset(fields, { pad: NOTHING, length });
    const count = Math.max(1, Math.min(rows.length, Math.round(batch / length)));
    return new SequenceLoader<Field>(dataset, { batch: count, shuffle: true, seed: (seed + i) >>> 0 });
  });
}

/** What is done with a batch of any length. */
class TrainingStep {
  /** How likely each word is taken for an unknown one, [words, 1]. */
  readonly #rarity: Tensor;

  constructor(
    readonly model: Tagger,
    readonly optimizer: Adam,
    lexicon: Lexicon,
    readonly generator: Generator,
  ) {
    const { counts } = lexicon;
    const spec = { shape: [counts.length, 1], dtype: "f32" as const };
    this.#rarity = state("rarity", spec, () => Float32Array.from(counts, (n) => RARE / (RARE + n)));
  }

  async capture(
    engine: Engine,
    loader: SequenceLoader<Field>,
    progress: CompileProgress,
    name: string,
  ): Promise<BucketStep> {
    return { step: await engine.capture({}, () => this.#record(loader), progress(name)), batches: loader.batches };
  }

  #record(loader: SequenceLoader<Field>) {
    const { model, optimizer, generator } = this;
    const batch = loader.next(); // each field [N, T]
    const { ids, lengths } = batch.word;
    // Words that are taken for unknown ones teach what to make of those by their form and by what is around them.
    const chance = reshape(embedding(this.#rarity, ids), ids.shape);
    const words = where(bernoulli(chance, { generator }), UNKNOWN, ids);
    const [, ...forms] = FEATURES;
    const features = stack([words, ...forms.map((f) => batch[f].ids)]);
    const logits = model.run(features, lengths, (x) => dropout(x, DROPOUT, { generator }));
    const loss = softmaxCrossEntropy(logits, batch.tag.ids, { ignoreIndex: NOTHING });
    optimizer.step(loss);
    return { loss };
  }
}
