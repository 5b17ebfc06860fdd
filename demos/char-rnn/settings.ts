import { CheckpointError } from "../../src/index";
import { checkpointOf, checkSame, keptAsText } from "../shared/kept";
import type { Settings } from "./parts";

/** What fits the device: on a CPU words and sentences after a few minutes, on a GPU a network that writes well. */
const SOFTWARE = { layers: 1, hidden: 256, batch: 32, length: 64, lr: 0.015, steps: 1200 } as const;
const GPU_SIZED = { layers: 2, hidden: 512, batch: 64, length: 128, lr: 3e-3, steps: 1000 } as const;

const NUMBERS = ["layers", "hidden", "batch", "length", "lr", "seed"] as const;
/** What must be as it was for a run to go on. */
const FIXED = ["cell", "layers", "hidden", "batch", "length"] as const;

/** The settings as given, as a checkpoint has them, or as they suit the device: in this order. */
export function settingsFor(
  given: Partial<Settings>,
  software: boolean,
  stored: Partial<Settings> = {},
): Settings & { readonly steps: number } {
  checkSame<Settings>(FIXED, given, stored);
  const { layers, hidden, batch, length, lr, steps } = software ? SOFTWARE : GPU_SIZED;
  const of = <K extends keyof Settings>(name: K, usual: Settings[K]): Settings[K] =>
    given[name] ?? stored[name] ?? usual;
  return {
    cell: of("cell", "lstm"),
    layers: of("layers", layers),
    hidden: of("hidden", hidden),
    batch: of("batch", batch),
    length: of("length", length),
    lr: of("lr", lr),
    seed: of("seed", 0),
    steps,
  };
}

/** The settings that a checkpoint was made with. @throws CheckpointError where the bytes are no checkpoint of this model */
export function metadataOf(bytes: Uint8Array): Partial<Settings> {
  const metadata = checkpointOf("char-rnn", bytes);
  const { cell } = metadata;
  const numbers = NUMBERS.map((name) => [name, Number(metadata[name])] as const);
  const known = cell === "lstm" || cell === "gru" || cell === "rnn";
  if (!known || numbers.some(([, n]) => !Number.isFinite(n)))
    throw new CheckpointError("checkpoint", "its metadata are damaged");
  return { cell, ...Object.fromEntries(numbers) };
}

/** What a checkpoint keeps of the settings. */
export const keptOf = (settings: Settings): Record<string, string> =>
  keptAsText<Settings>(["cell", ...NUMBERS], settings);
