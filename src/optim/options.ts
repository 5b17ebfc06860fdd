import { CaptureError } from "../core/errors";
import { checkObject } from "../graph/options";

/** What an option's number must satisfy, in words and as a test. */
const RULES = {
  "≥ 0": (x: number) => x >= 0 && Number.isFinite(x),
  "above 0": (x: number) => x > 0 && Number.isFinite(x),
  "0 ≤ x < 1": (x: number) => x >= 0 && x < 1,
  "0 ≤ x ≤ 1": (x: number) => x >= 0 && x <= 1,
  "an integer ≥ 1": (x: number) => Number.isInteger(x) && x >= 1,
} as const;

/** The options that optimizers know, by what they must be. */
const OPTIONS: Readonly<Record<string, keyof typeof RULES>> = {
  lr: "≥ 0",
  weightDecay: "≥ 0",
  clipNorm: "above 0",
  clipValue: "above 0",
  accumulate: "an integer ≥ 1",
  lossScale: "above 0",
  momentum: "≥ 0",
  betas: "0 ≤ x < 1",
  alpha: "0 ≤ x < 1",
  rho: "0 ≤ x ≤ 1",
  eps: "≥ 0",
  lrDecay: "≥ 0",
  initialAccumulatorValue: "≥ 0",
  momentumDecay: "≥ 0",
  decay: "0 ≤ x < 1",
};

/** Those that are no numbers, or any number. */
const FREE = ["dampening", "nesterov", "centered", "amsgrad", "decoupledWeightDecay", "skipNonFinite"];

/** @throws ShapeError where the options are no object, CaptureError naming the option that is unknown or out of range */
export function checkOptions(name: string, options: object): void {
  checkObject(name, options);
  for (const [option, value] of Object.entries(options)) {
    const wants = OPTIONS[option];
    if (!wants && !FREE.includes(option))
      throw new CaptureError(name, `there is no option ${option}`, {}, /rate/i.test(option) ? "lr" : undefined);
    if (!wants || value === undefined || (option === "lossScale" && value === "dynamic")) continue;
    const numbers = Array.isArray(value) ? (value as unknown[]) : [value];
    if (numbers.every((x) => typeof x === "number" && RULES[wants](x))) continue;
    const fix = option === "lossScale" ? 'pass a number above 0, or "dynamic"' : undefined;
    throw new CaptureError(name, `${option} ${numbers.join(", ")}`, { wants }, fix);
  }
}
