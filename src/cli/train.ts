import type { TrainArguments } from "./arguments";
import { namingFile, prepareOut, readCheckpoint, writeWhole } from "./files";
import { runInChrome, runInNode } from "./hosts";
import { humanReporter, jsonReporter } from "./report";
import { onEndingSignal } from "./signals";

/** Exit code of a run that was told to stop: what shells expect after Ctrl-C. */
const INTERRUPTED = 130;

/** Trains as asked and writes the checkpoint. @returns the exit code */
export async function train(args: TrainArguments): Promise<number> {
  const { model, on, out, json, resume: resumePath, ...numbers } = args;
  const resume = resumePath === undefined ? undefined : readCheckpoint(resumePath, model);
  prepareOut(out);
  const reporter = json ? jsonReporter(process.stdout, process.stderr) : humanReporter(process.stdout);
  const signal = stopSignal((line) => reporter.note(line));
  const host = on === "chrome" ? runInChrome : runInNode;
  const bytes = await host({
    model,
    work: "train",
    options: { ...numbers, ...(resume ? { resume } : {}) },
    onEvent: (event) => reporter.event(event),
    note: (line) => reporter.note(line),
    signal,
  }).catch((error: unknown) => {
    throw resumePath === undefined ? error : namingFile(error, resumePath);
  });
  writeWhole(out, bytes!);
  reporter.done(out);
  return signal.aborted ? INTERRUPTED : 0;
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
