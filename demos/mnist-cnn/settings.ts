import { CheckpointError } from "../../src/index";
import { checkpointOf, checkSame, keptAsText } from "../shared/kept";
import type { Settings } from "./parts";

/** The learning rate that suits an optimizer. */
export const USUAL_RATES = { adam: 1e-3, sgd: 0.05 } as const;

/** What a checkpoint keeps. */
export type Kept = Settings & { readonly steps: number };

const NUMBERS = ["lr", "batch", "seed", "steps"] as const;
/** What must be as it was for a run to go on. */
const FIXED = ["optimizer", "batch"] as const;

/** The settings as given, as a checkpoint has them, or the usual ones: in this order. */
export function settingsFor(given: Partial<Settings>, stored: Partial<Settings> = {}): Settings {
  checkSame<Settings>(FIXED, given, stored);
  const optimizer = given.optimizer ?? stored.optimizer ?? "adam";
  return {
    optimizer,
    lr: given.lr ?? stored.lr ?? USUAL_RATES[optimizer],
    batch: given.batch ?? stored.batch ?? 64,
    seed: given.seed ?? stored.seed ?? 0,
  };
}

/**
 * The settings that a checkpoint was made with; older files keep the optimizer alone.
 * @throws CheckpointError where the bytes are no checkpoint of this model
 */
export function metadataOf(bytes: Uint8Array): Partial<Kept> {
  const metadata = checkpointOf("mnist-cnn", bytes);
  const { optimizer } = metadata;
  const numbers = NUMBERS.flatMap((name) => (name in metadata ? [[name, Number(metadata[name])] as const] : []));
  const known = optimizer === undefined || optimizer === "adam" || optimizer === "sgd";
  if (!known || numbers.some(([, n]) => !Number.isFinite(n)))
    throw new CheckpointError("checkpoint", "its metadata are damaged");
  return { ...(optimizer && { optimizer }), ...Object.fromEntries(numbers) };
}

/** What a checkpoint keeps of the settings. */
export const keptOf = (settings: Kept): Record<string, string> => keptAsText<Kept>(["optimizer", ...NUMBERS], settings);
