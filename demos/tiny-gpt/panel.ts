import { byId, element } from "../shared/dom";
import type { FormValues } from "../shared/form";
import type { Estimate, TinyGptOptions } from "./options";
import { PRESETS, type Settings, SHAPE } from "./settings";

const PRESET = byId<HTMLSelectElement>("preset");
const CUSTOM = "another";

/** A run's options from the form; a checkpoint decides by itself what its model is. */
export function optionsOf(values: FormValues, resume?: Uint8Array): TinyGptOptions {
  const { background: _, steps, every, ...rest } = values;
  const settings = rest as unknown as Partial<Settings>;
  const free = Object.entries(settings).filter(([name]) => !(SHAPE as readonly string[]).includes(name));
  return {
    settings: resume ? Object.fromEntries(free) : settings,
    steps: steps as number,
    evaluateEvery: every as number,
    ...(resume ? { resume } : {}),
  };
}

/** Fills the list of sizes; of a choice the fields that it stands for are handed to `use`. */
export function offerPresets(use: (some: FormValues) => void): void {
  for (const name of [...Object.keys(PRESETS), CUSTOM]) PRESET.append(element("option", { value: name }, name));
  PRESET.addEventListener("change", (e) => {
    // The list is no setting itself: it stands for those that it sets.
    e.stopPropagation();
    const preset = PRESETS[PRESET.value];
    if (preset) use(preset);
  });
}

/** Shows which of the sizes the form's values are. */
export function showPreset(values: FormValues): void {
  const found = Object.entries(PRESETS).find(([, p]) =>
    (["layers", "width", "heads", "length"] as const).every((name) => values[name] === p[name]),
  );
  PRESET.value = found?.[0] ?? CUSTOM;
}

const UNITS = ["", " k", " M", " G", " T"];
const short = (n: number): string => {
  if (n < 1000) return String(n);
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${(n / 1000 ** unit).toPrecision(3)}${UNITS[unit]}`;
};

const duration = (s: number): string =>
  s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;

/** What the run will take; the time by a short measurement until some steps have been taken. */
export function showEstimate(e: Estimate, steps: number, secondsAStep?: number): void {
  const time = secondsAStep
    ? `${steps} steps take about ${duration(steps * secondsAStep)} at the pace measured`
    : `${steps} steps take some ${duration(steps * e.secondsPerStep)}, going by what this device does in a moment`;
  byId("estimate").textContent =
    `${short(e.parameters)} parameters, ${e.vocabulary.toLocaleString("en")} different tokens; a step reads ${e.tokens} tokens, ` +
    `takes ${short(e.flops)}FLOP and ${(e.bytes / 2 ** 20).toFixed(0)} MiB; ${time}. A changed setting starts the network anew.`;
}
