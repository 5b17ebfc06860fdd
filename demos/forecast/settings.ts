import { CheckpointError } from "../../src/index";
import { checkpointOf, checkSame, keptAsText } from "../shared/kept";
import type { Settings } from "./parts";

/** Learns within a minute on a CPU. */
export const STEPS = 600;
const USUAL: Settings = {
  series: "seasons",
  noise: 0.2,
  cell: "gru",
  layers: 2,
  hidden: 32,
  window: 48,
  horizon: 1,
  batch: 64,
  lr: 0.005,
  seed: 0,
};

type Name = keyof Settings;
const NAMES = Object.keys(USUAL) as Name[];
const WORDS = { series: ["seasons", "chaos", "walk"], cell: ["lstm", "gru", "rnn"] } as const;
/** What may differ from what it was when a run goes on. */
const FREE: readonly Name[] = ["lr"];

/** The settings as given, as a checkpoint has them, or the usual ones: in this order. */
export function settingsFor(given: Partial<Settings>, stored: Partial<Settings> = {}): Settings {
  checkSame<Settings>(
    NAMES.filter((n) => !FREE.includes(n)),
    given,
    stored,
  );
  const chosen = NAMES.map((name) => [name, given[name] ?? stored[name] ?? USUAL[name]]);
  return Object.fromEntries(chosen) as unknown as Settings;
}

/** The settings that a checkpoint was made with. @throws CheckpointError where the bytes are no checkpoint of this model */
export function metadataOf(bytes: Uint8Array): Settings {
  const metadata = checkpointOf("forecast", bytes);
  const read = NAMES.map((name) => {
    const text = metadata[name] ?? "";
    const words: readonly string[] | undefined = name === "series" || name === "cell" ? WORDS[name] : undefined;
    if (words ? !words.includes(text) : !text || !Number.isFinite(Number(text)))
      throw new CheckpointError("checkpoint", "its metadata are damaged", { [name]: text });
    return [name, words ? text : Number(text)];
  });
  return Object.fromEntries(read) as unknown as Settings;
}

/** What a checkpoint keeps of the settings. */
export const keptOf = (settings: Settings): Record<string, string> => keptAsText<Settings>(NAMES, settings);
