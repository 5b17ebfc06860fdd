import type { TrainEvent, TuneEvent } from "../index";
import { type ParsedArguments, UsageError } from "./arguments";
import { EXPERIMENTS } from "./experiments";
import { runInChrome, runInNode } from "./hosts";
import { humanReporter, jsonReporter, tuningTable } from "./report";

/** What `wgrad tune` was asked to do. */
export interface TuneArguments {
  readonly models: readonly string[];
  readonly on: "chrome" | "node";
  readonly json: boolean;
}

/** @throws UsageError naming what is wrong */
export function tuneArguments({ model, on = "chrome", json }: ParsedArguments): TuneArguments {
  const known = Object.keys(EXPERIMENTS);
  if (model !== undefined && !known.includes(String(model)))
    throw new UsageError(`no model named ${String(model)}\n  models: ${known.join(", ")}`);
  if (on !== "chrome" && on !== "node") throw new UsageError(`--on ${String(on)}: takes chrome or node`);
  return { models: model === undefined ? known : [String(model)], on, json: json === true };
}

/** Measures the kernels of the models' steps on this machine, and prints a table. What is known already is not measured again. */
export async function tune({ models, on, json }: TuneArguments): Promise<void> {
  const reporter = json ? jsonReporter(process.stdout, process.stderr) : humanReporter(process.stdout);
  const host = on === "chrome" ? runInChrome : runInNode;
  const measured: TuneEvent[] = [];
  const onEvent = (event: TrainEvent) => {
    if (event.event === "tune") measured.push(event);
    reporter.event(event);
  };
  for (const model of models) {
    const note = (line: string) => reporter.note(line);
    await host({ model, options: {}, onEvent, note, signal: new AbortController().signal });
  }
  if (measured.length && !json) reporter.note(`\n${tuningTable(measured)}`);
  reporter.note(measured.length ? `${measured.length} ops measured` : "everything was measured before");
}
