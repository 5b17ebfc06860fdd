import { serve } from "../shared/remote";
import { createMnistCnn, loadMnistFiles, type MnistCnnRun, type MnistFiles } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let files: Promise<MnistFiles> | undefined;
let run: MnistCnnRun | undefined;
let training: { abort: AbortController; ended: Promise<void> } | undefined;

const current = (): MnistCnnRun => {
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
  async create(options, dataUrl) {
    await halt();
    files ??= loadMnistFiles(dataUrl);
    files.catch(() => {
      files = undefined;
    });
    // The old run stays until the new one stands: a refused checkpoint loses nothing.
    const made = await createMnistCnn(await files, options, send);
    run?.dispose();
    run = made;
    void made.lost.then((reason) => run === made && send({ event: "lost", reason }));
    return made.done;
  },
  async train() {
    await halt();
    const abort = new AbortController();
    const ended = current().train(send, abort.signal);
    training = { abort, ended };
    await ended;
    return current().done;
  },
  async pause() {
    await halt();
  },
  async step() {
    await halt();
    await current().step(send);
    return current().done;
  },
  evaluate: () => current().evaluate(),
  predict: (pixels, n) => current().predict(pixels, n),
  featureMaps: (pixels) => current().featureMaps(pixels),
  testDigits: (count) => current().testDigits(count),
  checkpoint: () => current().checkpoint(),
  underTheHood: () => current().underTheHood(),
});
