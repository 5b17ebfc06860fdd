import type { TrainEvent, TuneEvent } from "../index";
import { hostNamed, modelNamed, type ParsedArguments } from "./arguments";
import { EXPERIMENTS } from "./experiments";
import { runOn } from "./hosts";
import { processReporter, tuningTable } from "./report";

/** What `wgrad tune` was asked to do. */
interface TuneArguments {
  readonly models: readonly string[];
  readonly on: "chrome" | "node";
  readonly json: boolean;
}

/** @throws UsageError naming what is wrong */
export function tuneArguments(args: ParsedArguments): TuneArguments {
  const known = Object.keys(EXPERIMENTS);
  const models = args.model === undefined ? known : [modelNamed(args.model, known)];
  return { models, on: hostNamed(args), json: args.json === true };
}

/** Measures the kernels of the models' steps on this machine, but for those that were measured before, and prints a table. */
export async function tune({ models, on, json }: TuneArguments): Promise<void> {
  const reporter = processReporter(json);
  const measured: TuneEvent[] = [];
  const onEvent = (event: TrainEvent) => {
    if (event.event === "tune") measured.push(event);
    reporter.event(event);
  };
  const { note } = reporter;
  const { signal } = new AbortController();
  for (const model of models) await runOn(on, { model, options: {}, onEvent, note, signal });
  if (measured.length && !json) note(`\n${tuningTable(measured)}`);
  note(measured.length ? `${measured.length} ops measured` : "everything was measured before");
}
