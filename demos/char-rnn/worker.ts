import { serve } from "../shared/remote";
import { type CharRnnRun, createCharRnn, fetchBook } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { metadataOf } from "./settings";

let book: Promise<Uint8Array> | undefined;
let run: CharRnnRun | undefined;
let training: { abort: AbortController; ended: Promise<void> } | undefined;
let writing: AbortController | undefined;

const current = (): CharRnnRun => {
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
  async create(options, dataUrl, temperature) {
    writing?.abort();
    await halt();
    book ??= fetchBook(dataUrl);
    book.catch(() => {
      book = undefined;
    });
    // The old run stays until the new one stands: a refused checkpoint loses nothing.
    const made = await createCharRnn(await book, options, send);
    run?.dispose();
    run = made;
    made.setTemperature(temperature);
    void made.lost.then((reason) => run === made && send({ event: "lost", reason }));
    return made.done;
  },
  settingsOf: (checkpoint) => metadataOf(checkpoint),
  async train() {
    await halt();
    const abort = new AbortController();
    const ended = current().train(send, abort.signal, send);
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
  write(prompt, count) {
    writing?.abort();
    writing = new AbortController();
    return current().write(prompt, count, (piece) => send({ event: "continuation", piece }), writing.signal);
  },
  stopWriting: () => writing?.abort(),
  setTemperature: (temperature) => run?.setTemperature(temperature),
  read: async (passage) => (await current().insight()).read(passage),
  gradientNorms: async () => (await current().insight()).gradientNorms(),
  checkpoint: () => current().checkpoint(),
  underTheHood: () => current().underTheHood(),
});
