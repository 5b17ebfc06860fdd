import { CaptureError } from "../core/errors";
import { checkObject, didYouMean, meant } from "../graph/options";

/** What the number of an option must satisfy, in words and as a test. */
const RULES = {
  "≥ 0": (x: number) => x >= 0 && Number.isFinite(x),
  "above 0": (x: number) => x > 0 && Number.isFinite(x),
  "0 ≤ x < 1": (x: number) => x >= 0 && x < 1,
  "0 ≤ x ≤ 1": (x: number) => x >= 0 && x <= 1,
  "a finite number": (x: number) => Number.isFinite(x),
  "an integer ≥ 1": (x: number) => Number.isInteger(x) && x >= 1,
} as const;

/** The options that are numbers, and what they must be. */
const OPTIONS: Readonly<Record<string, keyof typeof RULES>> = {
  lr: "≥ 0",
  weightDecay: "≥ 0",
  clipNorm: "above 0",
  clipValue: "above 0",
  accumulate: "an integer ≥ 1",
  lossScale: "above 0",
  momentum: "≥ 0",
  dampening: "a finite number",
  betas: "0 ≤ x < 1",
  alpha: "0 ≤ x < 1",
  rho: "0 ≤ x ≤ 1",
  eps: "≥ 0",
  lrDecay: "≥ 0",
  initialAccumulatorValue: "≥ 0",
  momentumDecay: "≥ 0",
  decay: "0 ≤ x < 1",
};

/** Those that every optimizer has. */
export const COMMON: readonly string[] = [
  "lr",
  "weightDecay",
  "clipNorm",
  "clipValue",
  "accumulate",
  "skipNonFinite",
  "lossScale",
];

/**
 * @param known the names of all options
 * @throws ShapeError where the options are no object; CaptureError where one is unknown or out of range
 */
export function checkOptions(name: string, options: object, known: readonly string[]): void {
  checkObject(name, options);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!known.includes(option)) {
      const rate = known.includes("lr") && /rate/i.test(option) ? "lr" : undefined;
      const fix = didYouMean(meant(option, known) ?? rate);
      throw new CaptureError(name, `there is no option ${option}`, { options: known.join(", ") }, fix);
    }
    const wants = OPTIONS[option];
    if (!wants || (option === "lossScale" && value === "dynamic")) continue;
    const isPair = option === "betas";
    const numbers: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isRight = numbers.every((x) => typeof x === "number" && RULES[wants](x));
    if (isRight && Array.isArray(value) === isPair && numbers.length === (isPair ? 2 : 1)) continue;
    const fix = option === "lossScale" ? 'pass a number above 0, or "dynamic"' : undefined;
    const shown = Array.isArray(value) ? `[${numbers.join(", ")}]` : String(value);
    throw new CaptureError(name, `${option} ${shown}`, { wants: isPair ? `two numbers, ${wants}` : wants }, fix);
  }
}
