import { CheckpointError } from "../../src/index";
import { checkpointOf, checkSame, keptAsText } from "../shared/kept";
import type { Settings } from "./parts";

/** Small enough for any device: it learns within a minute on a CPU. */
export const USUAL = { hidden: 64, dropout: 0.2, batch: 64, lr: 0.005, steps: 1500, seed: 0 } as const;

const NUMBERS = ["hidden", "dropout", "batch", "lr", "seed"] as const;
/** What must be as it was for a run to go on. */
const FIXED = ["hidden", "batch"] as const;

/** The settings as given, as a checkpoint has them, or the usual ones: in this order. */
export function settingsFor(given: Partial<Settings>, stored: Partial<Settings> = {}): Settings {
  checkSame<Settings>(FIXED, given, stored);
  const chosen = NUMBERS.map((name) => [name, given[name] ?? stored[name] ?? USUAL[name]]);
  return Object.fromEntries(chosen) as unknown as Settings;
}

/** The settings that a checkpoint was made with. @throws CheckpointError where the bytes are no checkpoint of these networks */
export function metadataOf(bytes: Uint8Array): Settings {
  const metadata = checkpointOf("names", bytes);
  const numbers = NUMBERS.map((name) => [name, Number(metadata[name] || Number.NaN)] as const);
  const wrong = numbers.find(([, n]) => !Number.isFinite(n));
  if (wrong)
    throw new CheckpointError("checkpoint", "its metadata are damaged", { [wrong[0]]: String(metadata[wrong[0]]) });
  return Object.fromEntries(numbers) as unknown as Settings;
}

/** What a checkpoint keeps of the settings. */
export const keptOf = (settings: Settings): Record<string, string> => keptAsText<Settings>(NUMBERS, settings);
