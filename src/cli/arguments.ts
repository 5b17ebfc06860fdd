import type { SettingKind } from "./experiments";

/** A mistake in the command's arguments: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What `wgrad train` was asked to do. */
export interface TrainArguments {
  readonly model: string;
  readonly epochs?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly on: "chrome" | "node";
  readonly resume?: string;
  readonly out: string;
  /** Seconds between two checkpoints while it trains. */
  readonly saveEvery?: number;
  readonly json: boolean;
  /** The model's own flags. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** The flags that each model has of its own. */
type ModelFlags = Readonly<
  Record<string, { readonly flags: Readonly<Record<string, { readonly kind: SettingKind }>> }>
>;

/** citty's parsed arguments: flags by name, and the words without one as `_`. */
export type ParsedArguments = Readonly<Record<string, unknown>> & { readonly _: readonly string[] };

/**
 * Checks the arguments of `wgrad train`.
 * @throws UsageError naming the flag, what is wrong with it and what it takes
 */
export function trainArguments(args: ParsedArguments, models: ModelFlags): TrainArguments {
  const model = modelNamed(args.name, Object.keys(models));
  const own = models[model]!;
  const foreign = new Set(Object.values(models).flatMap((m) => Object.keys(m.flags)));
  for (const name of foreign)
    if (args[name] !== undefined && !own.flags[name])
      throw new UsageError(
        `--${name}: ${model} has no such flag\n  its flags: ${Object.keys(own.flags).join(", ") || "none"}`,
      );
  const on = hostNamed(args);
  const numbers = {
    epochs: integer(args, "epochs", 1),
    steps: integer(args, "steps", 1),
    batch: integer(args, "batch", 1),
    seed: integer(args, "seed", 0),
    lr: positive(args, "lr"),
    saveEvery: positive(args, "save-every"),
  };
  const given = Object.fromEntries(Object.entries(numbers).filter(([, v]) => v !== undefined));
  const resume = args.resume === undefined ? {} : { resume: path(args, "resume") };
  const out = args.out === undefined ? `checkpoints/${model}.safetensors` : path(args, "out");
  const settings = Object.fromEntries(
    Object.entries(own.flags).flatMap(([name, { kind }]) => {
      const value = kind === "integer" ? integer(args, name, 1) : choice(args, name, kind);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const chosen = Object.keys(settings).length ? { settings } : {};
  return { model, on, out, json: args.json === true, ...given, ...chosen, ...resume };
}

/** @throws UsageError where there is no such model */
export function modelNamed(name: unknown, known: readonly string[]): string {
  const model = String(name);
  if (!known.includes(model)) throw new UsageError(`no model named ${model}\n  models: ${known.join(", ")}`);
  return model;
}

/** Where to run, by the flag `--on`. @throws UsageError where it is another word */
export const hostNamed = (args: ParsedArguments): "chrome" | "node" =>
  choice(args, "on", ["chrome", "node"]) ?? "chrome";

/** @throws UsageError for a flag or a word that the command does not know: citty would ignore it */
export function refuseUnknown(args: ParsedArguments, known: readonly string[], words: number): void {
  const camel = (name: string) => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
  const names = new Set(known.flatMap((k) => [k, camel(k)]));
  for (const name of Object.keys(args))
    if (name !== "_" && !names.has(name))
      throw new UsageError(`unknown flag --${name}\n  flags: ${known.map((k) => `--${k}`).join(" ")}`);
  if (args._.length > words) throw new UsageError(`unexpected argument ${args._[words]}`);
}

function integer(args: ParsedArguments, name: string, least: number): number | undefined {
  if (args[name] === undefined) return undefined;
  const value = Number(args[name]);
  if (args[name] === "" || !Number.isInteger(value) || value < least || value > 0xffffffff)
    throw new UsageError(`--${name} ${String(args[name])}: takes an integer of at least ${least}`);
  return value;
}

function choice<W extends string>(args: ParsedArguments, name: string, words: readonly W[]): W | undefined {
  if (args[name] === undefined) return undefined;
  const word = words.find((w) => w === args[name]);
  if (!word) throw new UsageError(`--${name} ${String(args[name])}: takes ${words.join(" or ")}`);
  return word;
}

function positive(args: ParsedArguments, name: string): number | undefined {
  if (args[name] === undefined) return undefined;
  const value = Number(args[name]);
  if (args[name] === "" || !(value > 0 && Number.isFinite(value)))
    throw new UsageError(`--${name} ${String(args[name])}: takes a number above 0`);
  return value;
}

function path(args: ParsedArguments, name: string): string {
  const value = args[name];
  if (typeof value !== "string" || !value) throw new UsageError(`--${name} takes the path of a file`);
  return value;
}
