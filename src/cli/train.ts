import type { TrainArguments } from "./arguments";
import { namingFile, readCheckpoint, writeWhole } from "./files";
import { runInChrome, runInNode } from "./hosts";
import { humanReporter, jsonReporter } from "./report";

/** Exit code of a run that Ctrl-C ended: what shells expect after SIGINT. */
const INTERRUPTED = 130;

/** Trains as asked and writes the checkpoint. @returns the exit code */
export async function train(args: TrainArguments): Promise<number> {
  const { model, on, out, json, resume: resumePath, ...numbers } = args;
  const resume = resumePath === undefined ? undefined : readCheckpoint(resumePath, model);
  const reporter = json ? jsonReporter(process.stdout, process.stderr) : humanReporter(process.stdout);
  const abort = new AbortController();
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(INTERRUPTED);
    reporter.note("stopping after this step; press Ctrl-C again to end at once");
    abort.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const host = on === "chrome" ? runInChrome : runInNode;
  const bytes = await host({
    model,
    work: "train",
    options: { ...numbers, ...(resume ? { resume } : {}) },
    onEvent: (event) => reporter.event(event),
    note: (line) => reporter.note(line),
    signal: abort.signal,
  }).catch((error: unknown) => {
    throw resumePath === undefined ? error : namingFile(error, resumePath);
  });
  writeWhole(out, bytes!);
  reporter.done(out);
  return abort.signal.aborted ? INTERRUPTED : 0;
}
