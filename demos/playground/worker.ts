import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { type PlaygroundEvent, PlaygroundRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const runs = new RunKeeper<PlaygroundEvent, PlaygroundRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, resume) {
    const made = await runs.replace(() => PlaygroundRun.create(options, send, resume));
    return { step: made.done, ...made.points };
  },
  look: () => runs.ask(async (run) => void (await run.look(send))),
  adjust: (options) => runs.current.adjust(options),
  checkpoint: (settings) => runs.ask((run) => run.checkpoint(settings)),
});
