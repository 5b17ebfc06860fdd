import type { TrainArguments } from "./arguments";
import { CheckpointFile } from "./checkpointFile";
import { namingFile, prepareOut, readCheckpoint } from "./files";
import { runInChrome, runInNode } from "./hosts";
import { humanReporter, jsonReporter, type Reporter } from "./report";
import { onEndingSignal } from "./signals";

/** Exit code of a run that was told to stop: what shells expect after Ctrl-C. */
const INTERRUPTED = 130;

/** Seconds from one checkpoint to the next, unless told otherwise. */
const SAVE_EVERY = 60;

/** Trains as asked and writes checkpoints, while it trains and at its end. @returns the exit code */
export async function train(args: TrainArguments): Promise<number> {
  const { model, on, out, json, resume: resumePath, saveEvery = SAVE_EVERY, ...numbers } = args;
  const resume = resumePath === undefined ? undefined : readCheckpoint(resumePath, model);
  prepareOut(out);
  const reporter = json ? jsonReporter(process.stdout, process.stderr) : humanReporter(process.stdout);
  const note = (line: string) => reporter.note(line);
  const signal = stopSignal(note);
  const file = new CheckpointFile(out);
  let [taken, reached] = [false, 0];
  const host = on === "chrome" ? runInChrome : runInNode;
  const bytes = await host({
    model,
    training: { every: saveEvery, save: (checkpoint) => keepOrSay(file, checkpoint, note) },
    options: { ...numbers, ...(resume ? { resume } : {}) },
    onEvent(event) {
      if (event.event === "step") taken = true;
      if (event.event === "done") reached = event.steps;
      reporter.event(event);
    },
    note,
    signal,
  }).catch((error: unknown) => {
    throw file.leading(resumePath === undefined ? error : namingFile(error, resumePath));
  });
  if (resume && !taken && !signal.aborted) note(`trained to its end, ${reached} steps; a higher --steps goes on`);
  finish(reporter, file, taken ? bytes : undefined);
  return signal.aborted ? INTERRUPTED : 0;
}

/** A checkpoint that cannot be written while the run goes on does not end it. */
function keepOrSay(file: CheckpointFile, checkpoint: Uint8Array, note: (line: string) => void): void {
  try {
    file.keep(checkpoint);
  } catch (error) {
    note(`${(error as Error).message}; training goes on`);
  }
}

/** @param checkpoint undefined of a run that has taken no step: what was written before by another stays */
function finish(reporter: Reporter, file: CheckpointFile, checkpoint: Uint8Array | undefined): void {
  if (!checkpoint) reporter.note("no step was taken: nothing is written");
  const written = checkpoint && file.finish(checkpoint);
  reporter.done(written?.path);
  if (written?.refused) throw written.refused;
}

/** Tells a run to stop where a signal asks for it, or where whoever read its output is gone. */
function stopSignal(note: (line: string) => void): AbortSignal {
  const abort = new AbortController();
  let asked = false;
  onEndingSignal((signal) => {
    // A terminal that closes may say so twice: that is nobody's impatience.
    if (asked && signal !== "SIGHUP") process.exit(INTERRUPTED);
    asked = true;
    note("stopping after this step; press Ctrl-C again to end at once");
    abort.abort();
  });
  // A closed terminal cannot be written to, nor what Ctrl-C ended at the other side of a pipe: no reason to lose the run.
  for (const out of [process.stdout, process.stderr]) out.on("error", () => abort.abort());
  return abort.signal;
}
