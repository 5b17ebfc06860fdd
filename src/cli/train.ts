import type { TrainArguments } from "./arguments";
import { CheckpointFile } from "./checkpointFile";
import { namingFile, prepareOut, readCheckpoint } from "./files";
import { runOn } from "./hosts";
import { processReporter, type Reporter } from "./report";
import { onEndingSignal } from "./signals";

/** Exit code of a run that a signal has stopped: what shells expect after Ctrl-C. */
const INTERRUPTED = 130;

/** Seconds between two checkpoints, unless `--save-every` says otherwise. */
const SAVE_EVERY = 60;

/** Trains, and writes checkpoints while it trains and at the end. @returns the exit code */
export async function train(args: TrainArguments): Promise<number> {
  const { model, on, out, json, resume: resumePath, saveEvery = SAVE_EVERY, ...numbers } = args;
  const resume = resumePath === undefined ? undefined : readCheckpoint(resumePath, model);
  prepareOut(out);
  const reporter = processReporter(json);
  const { note } = reporter;
  const signal = stopSignal(note);
  const file = new CheckpointFile(out);
  let [taken, reached] = [false, 0];
  const bytes = await runOn(on, {
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

/** Writes a checkpoint while the run goes on. That it cannot be written is noted, and does not end the run. */
function keepOrSay(file: CheckpointFile, checkpoint: Uint8Array, note: (line: string) => void): void {
  try {
    file.keep(checkpoint);
  } catch (error) {
    note(`${(error as Error).message}; training goes on`);
  }
}

/** Writes the last checkpoint. @param checkpoint undefined where the run has taken no step: an earlier file is not replaced */
function finish(reporter: Reporter, file: CheckpointFile, checkpoint: Uint8Array | undefined): void {
  if (!checkpoint) reporter.note("no step was taken: nothing is written");
  const written = checkpoint && file.finish(checkpoint);
  reporter.done(written?.path);
  if (written?.refused) throw written.refused;
}

/** Aborted when a signal asks this process to end, or its output can no longer be written. */
function stopSignal(note: (line: string) => void): AbortSignal {
  const abort = new AbortController();
  let asked = false;
  onEndingSignal((signal) => {
    // A closing terminal may send SIGHUP twice; any other second signal means now.
    if (asked && signal !== "SIGHUP") process.exit(INTERRUPTED);
    asked = true;
    note("stopping after this step; press Ctrl-C again to end at once");
    abort.abort();
  });
  // The terminal may be closed, or the program at the other end of a pipe: the run still stops in order, and saves.
  for (const out of [process.stdout, process.stderr]) out.on("error", () => abort.abort());
  return abort.signal;
}
