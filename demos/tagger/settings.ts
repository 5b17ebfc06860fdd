import { CheckpointError } from "../../src/index";
import { checkpointOf, checkSame, keptAsText } from "../shared/kept";
import type { Settings } from "./parts";

/** What fits the device. On a CPU one pass over the corpus; on a GPU a network that is worth more of them. */
const SOFTWARE = { width: 64, hidden: 64, layers: 1, batch: 1024, lr: 5e-3, epochs: 1 } as const;
const GPU_SIZED = { width: 128, hidden: 256, layers: 2, batch: 2048, lr: 2e-3, epochs: 4 } as const;

const NUMBERS = ["width", "hidden", "layers", "batch", "lr", "seed"] as const;
/** What must be as it was for a run to go on. */
const FIXED = ["width", "hidden", "layers", "batch", "seed"] as const;

/** The settings as given, as a checkpoint has them, or as they suit the device: in this order. */
export function settingsFor(
  given: Partial<Settings>,
  software: boolean,
  stored: Partial<Settings> = {},
): Settings & { readonly epochs: number } {
  checkSame<Settings>(FIXED, given, stored);
  const usual = software ? SOFTWARE : GPU_SIZED;
  const of = (name: (typeof NUMBERS)[number]): number =>
    given[name] ?? stored[name] ?? (name === "seed" ? 0 : usual[name]);
  const settings = Object.fromEntries(NUMBERS.map((name) => [name, of(name)])) as unknown as Settings;
  return { ...settings, epochs: usual.epochs };
}

/** What a checkpoint keeps of the settings. */
export const keptOf = (settings: Settings): Record<string, string> => keptAsText<Settings>(NUMBERS, settings);

/** The settings that a checkpoint was made with. @throws CheckpointError where the bytes are no checkpoint of this model */
export function storedSettings(bytes: Uint8Array): Settings & { readonly step: number } {
  const metadata = checkpointOf("tagger", bytes);
  const numbers = NUMBERS.map((name) => [name, Number(metadata[name])] as const);
  if (numbers.some(([, n]) => !Number.isFinite(n))) throw new CheckpointError("checkpoint", "its metadata are damaged");
  return { ...(Object.fromEntries(numbers) as unknown as Settings), step: Number(metadata.step) };
}
