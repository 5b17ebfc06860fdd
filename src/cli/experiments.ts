import type { TrainEvent, TuningStore } from "../index";

/** A training run that the command line drives, in a browser or in its own process. */
export interface Run {
  train(on: (e: TrainEvent) => void, signal?: AbortSignal): Promise<void>;
  /** Measures the kernels of the run's steps on this device, and stores which are the fastest. */
  tune(on: (e: TrainEvent) => void): Promise<void>;
  checkpoint(): Promise<Uint8Array>;
  dispose(): void;
}

/** The options of all experiments; each has defaults of its own. */
export interface RunOptions {
  readonly epochs?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly seed?: number;
  /** The model's own settings, by the names of its flags. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly resume?: Uint8Array;
  readonly gpu?: GPU;
  /** Where the fastest kernels are stored; default the engine's store. */
  readonly tuning?: TuningStore;
}

/** What a flag takes: an integer of at least 1, or one of these words. */
export type SettingKind = "integer" | readonly string[];

/** The default of a flag: one for every adapter, or one for GPUs and one for software adapters. */
export type Usual = string | number | readonly [gpu: string | number, cpu: string | number];

/** A model that can be trained. */
interface Experiment {
  /** Makes a run; `load` gives a data file by its name. */
  create(load: (name: string) => Promise<Uint8Array>, options: RunOptions, on: (e: TrainEvent) => void): Promise<Run>;
}

interface Entry {
  /** Defaults of flags that all models have. */
  readonly usual: Readonly<Record<"steps" | "batch" | "lr", Usual>>;
  /** The model's own flags. */
  readonly flags: Readonly<
    Record<string, { readonly kind: SettingKind; readonly description: string; readonly usual: Usual }>
  >;
  open(): Promise<Experiment>;
}

/** The experiments, by the names that `wgrad train` takes. */
export const EXPERIMENTS: Readonly<Record<string, Entry>> = {
  "mnist-cnn": {
    usual: { steps: ["5 epochs", 600], batch: 64, lr: 0.001 },
    flags: {},
    async open() {
      const { createMnistCnn, readMnistFiles } = await import("../../demos/mnist-cnn/experiment");
      return {
        create: async (load, options, on) =>
          createMnistCnn(await readMnistFiles((name) => load(`mnist/${name}`)), options, on),
      };
    },
  },
  "char-rnn": {
    usual: { steps: [1000, 1200], batch: [64, 32], lr: [0.003, 0.015] },
    flags: {
      cell: { kind: ["lstm", "gru", "rnn"], usual: "lstm", description: "Kind of recurrent cell" },
      layers: { kind: "integer", usual: [2, 1], description: "Layers, each over the one before" },
      hidden: { kind: "integer", usual: [512, 256], description: "Units of a layer" },
      length: { kind: "integer", usual: [128, 64], description: "Characters of a chunk: how far back gradients reach" },
    },
    async open() {
      const { BOOK, createCharRnn } = await import("../../demos/char-rnn/experiment");
      return {
        create: async (load, { settings, ...options }, on) =>
          createCharRnn(await load(BOOK), { ...options, ...settings }, on),
      };
    },
  },
  tagger: {
    usual: { steps: ["4 epochs", "1 epoch"], batch: [2048, 1024], lr: [0.002, 0.005] },
    flags: {
      width: { kind: "integer", usual: [128, 64], description: "Elements of a word's own vector" },
      hidden: { kind: "integer", usual: [256, 64], description: "Units of the LSTM in each direction" },
      layers: { kind: "integer", usual: [2, 1], description: "Layers, each over the one before" },
    },
    async open() {
      const { CORPUS, createTagger, prepareCorpus } = await import("../../demos/tagger/experiment");
      return {
        create: async (load, { settings, ...options }, on) =>
          createTagger(prepareCorpus(await load(CORPUS)), { ...options, ...settings }, on),
      };
    },
  },
  "tiny-gpt": {
    usual: { steps: [5000, 1000], batch: 8, lr: 0.004 },
    flags: {
      layers: { kind: "integer", usual: 4, description: "Blocks" },
      width: { kind: "integer", usual: 128, description: "Elements of a token's vector" },
      heads: { kind: "integer", usual: 4, description: "Heads of attention" },
      length: { kind: "integer", usual: 64, description: "Tokens that the model sees at once" },
      text: { kind: ["moby-dick", "sotu"], usual: "moby-dick", description: "What to learn from" },
      tokens: { kind: ["characters", "bpe"], usual: "bpe", description: "What a token is" },
      vocabulary: { kind: "integer", usual: 1024, description: "Tokens wanted of byte pairs" },
      recompute: {
        kind: ["off", "on"],
        usual: "off",
        description: "Compute blocks again for gradients: less memory, slower",
      },
    },
    async open() {
      const { createTinyGpt, corpora } = await import("../../demos/tiny-gpt/experiment");
      return {
        create(load, { settings: { recompute, ...settings } = {}, ...options }, on) {
          const chosen = recompute === undefined ? settings : { ...settings, recompute: recompute === "on" };
          return createTinyGpt(corpora(load), { ...options, settings: chosen }, on);
        },
      };
    },
  },
  names: {
    usual: { steps: 1500, batch: 64, lr: 0.005 },
    flags: { hidden: { kind: "integer", usual: 64, description: "Units of each recurrent layer" } },
    async open() {
      const { createNames, LISTS } = await import("../../demos/names/experiment");
      return {
        create: async (load, { settings, ...options }, on) =>
          createNames(await Promise.all(LISTS.map(load)), { ...options, ...settings }, on),
      };
    },
  },
  forecast: {
    usual: { steps: 600, batch: 64, lr: 0.005 },
    flags: {
      series: { kind: ["seasons", "chaos", "walk"], usual: "seasons", description: "What to forecast" },
      cell: { kind: ["lstm", "gru", "rnn"], usual: "gru", description: "Kind of recurrent cell" },
      layers: { kind: "integer", usual: 2, description: "Layers, each over the one before" },
      hidden: { kind: "integer", usual: 32, description: "Units of a layer" },
      window: { kind: "integer", usual: 48, description: "Values read for a forecast" },
      horizon: { kind: "integer", usual: 1, description: "Values that a forecast gives" },
    },
    async open() {
      const { createForecast } = await import("../../demos/forecast/experiment");
      return { create: (_, { settings, ...options }, on) => createForecast({ ...options, ...settings }, on) };
    },
  },
  translate: {
    usual: { steps: 1000, batch: 64, lr: 0.003 },
    flags: {
      task: { kind: ["dates", "numbers"], usual: "dates", description: "What to translate" },
      model: { kind: ["seq2seq", "attention", "transformer"], usual: "transformer", description: "Kind of network" },
      layers: { kind: "integer", usual: 2, description: "Layers of the encoder, and of the decoder" },
      width: { kind: "integer", usual: 64, description: "Elements of a character's vector" },
      heads: { kind: "integer", usual: 4, description: "Heads of a transformer's attention" },
      pairs: { kind: "integer", usual: 65_536, description: "Pairs to learn from" },
    },
    async open() {
      const { createTranslate } = await import("../../demos/translate/experiment");
      return { create: (_, options, on) => createTranslate(options, on) };
    },
  },
};
