import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { createTranslate, type TranslateRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const runs = new RunKeeper<TrainEvent, TranslateRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options) {
    const run = await runs.replace(() => createTranslate(options, send));
    run.onTranslated = send;
    return run.done;
  },
  interpret: (text, width) => runs.ask((run) => run.interpret(text, width)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
