import type { TextName, TokenKind } from "./data";

/** All that decides how a run goes. */
export interface Settings {
  readonly text: TextName;
  readonly tokens: TokenKind;
  /** Number of tokens wanted, for byte pairs. */
  readonly vocabulary: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Tokens that the model sees at once. */
  readonly length: number;
  readonly tied: boolean;
  readonly dropout: number;
  /** Keep of each block only its result, and compute the rest once more for its gradients. */
  readonly recompute: boolean;
  /** Windows of a step. */
  readonly batch: number;
  /** The highest learning rate: after the warm-up, before the fall. */
  readonly lr: number;
  readonly seed: number;
}

/** What a model is: a checkpoint fits no other. */
export const SHAPE = ["text", "tokens", "vocabulary", "layers", "width", "heads", "length", "tied"] as const;

/** A model that trains within minutes wherever it runs. */
export const DEFAULTS: Settings = {
  text: "moby-dick",
  tokens: "bpe",
  vocabulary: 1024,
  layers: 4,
  width: 128,
  heads: 4,
  length: 64,
  tied: false,
  dropout: 0,
  recompute: false,
  batch: 8,
  lr: 4e-3,
  seed: 0,
};

/** Sizes to choose from, called by layers × width: the larger, the lower the rate and the longer the text that is seen at once. */
export const PRESETS: Readonly<
  Record<string, Pick<Settings, "layers" | "width" | "heads" | "length" | "batch" | "lr">>
> = {
  "4 × 64": { layers: 4, width: 64, heads: 4, length: 64, batch: 8, lr: 5e-3 },
  "4 × 128": { layers: 4, width: 128, heads: 4, length: 64, batch: 8, lr: 4e-3 },
  "6 × 192": { layers: 6, width: 192, heads: 6, length: 128, batch: 32, lr: 1e-3 },
  "6 × 384": { layers: 6, width: 384, heads: 6, length: 256, batch: 64, lr: 1e-3 },
  "12 × 448": { layers: 12, width: 448, heads: 7, length: 256, batch: 64, lr: 6e-4 },
};

/** @throws Error in a plain sentence where the settings cannot make a model */
export function checkSettings({ width, heads, tokens, vocabulary }: Settings): void {
  if (width % heads) throw new Error(`A width of ${width} cannot be shared among ${heads} heads: choose a multiple.`);
  if (width / heads > 128) throw new Error(`A head may be at most 128 wide: with width ${width} take more heads.`);
  if (tokens === "bpe" && vocabulary < 257)
    throw new Error(`Byte pairs start from 256 bytes: choose a vocabulary of 257 or more, not ${vocabulary}.`);
}
