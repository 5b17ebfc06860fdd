import { serve } from "../shared/remote";
import { PlaygroundRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let run: PlaygroundRun | undefined;
let training: { abort: AbortController; ended: Promise<void> } | undefined;

const current = (): PlaygroundRun => {
  if (!run) throw new Error("the network is not ready yet");
  return run;
};

/** Stops a training under way and waits for its last step. */
async function halt(): Promise<void> {
  training?.abort.abort();
  await training?.ended.catch(() => {});
  training = undefined;
}

const send = serve<WorkerMethods, WorkerEvent>({
  async create(options, resume) {
    await halt();
    const made = await PlaygroundRun.create(options, send, resume);
    run?.dispose();
    run = made;
    void made.lost.then((reason) => run === made && send({ event: "lost", reason }));
    await made.look(send);
    return { step: made.done, ...made.points };
  },
  async train() {
    await halt();
    const abort = new AbortController();
    const trained = current();
    const ended = trained.train(send, abort.signal);
    training = { abort, ended };
    await ended;
    return trained.done;
  },
  pause: halt,
  async step() {
    await halt();
    await current().step(send);
    return current().done;
  },
  adjust: (options) => current().adjust(options),
  checkpoint: (settings) => current().checkpoint(settings),
  underTheHood: () => current().underTheHood(),
});
