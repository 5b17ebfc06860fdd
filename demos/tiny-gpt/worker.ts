import { serve } from "../shared/remote";
import { type Corpus, type CorpusChoice, corpora, fetchText } from "./data";
import { createTinyGpt, type TinyGptRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let corpus: { key: string; made: Promise<Corpus> } | undefined;
let run: TinyGptRun | undefined;
let training: { abort: AbortController; ended: Promise<void> } | undefined;
/** The text that is being made: another one takes its place. */
let speaking: number | undefined;

const current = (): TinyGptRun => {
  if (!run) throw new Error("the network is not ready yet");
  return run;
};

/** What is asked of a run besides training: it ends before the run is let go. */
const asked = new Set<Promise<unknown>>();

function ask<T>(answer: Promise<T>): Promise<T> {
  const settled: Promise<unknown> = answer.catch(() => {}).then(() => asked.delete(settled));
  asked.add(settled);
  return answer;
}

/** Stops a training under way and waits for its last step. */
async function halt(): Promise<void> {
  training?.abort.abort();
  await training?.ended.catch(() => {});
  training = undefined;
}

/** The corpus that is wanted; the last one is kept, for merges take a while to learn. */
function corpusAt(dataUrl: string): (choice: CorpusChoice) => Promise<Corpus> {
  const make = corpora((name) => fetchText(name, dataUrl));
  return ({ text, tokens, vocabulary }) => {
    const key = [text, tokens, tokens === "bpe" ? vocabulary : ""].join();
    if (corpus?.key !== key) {
      const what = tokens === "bpe" ? "loading the text and learning its byte pairs …" : "loading the text …";
      send({ event: "note", text: what });
      const made = make({ text, tokens, vocabulary });
      corpus = { key, made };
      made.catch(() => {
        corpus = undefined;
      });
    }
    return corpus.made;
  };
}

const send = serve<WorkerMethods, WorkerEvent>({
  async create(options, dataUrl) {
    await halt();
    // The old run stays until the new one stands: a refused checkpoint loses nothing.
    const made = await createTinyGpt(corpusAt(dataUrl), options, send);
    speaking = undefined;
    await Promise.all(asked);
    run?.dispose();
    run = made;
    void made.lost.then((reason) => run === made && send({ event: "lost", reason }));
    return { step: made.done, settings: made.settings, estimate: made.estimate };
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
  generate(id, prompt, count, drawing) {
    speaking = id;
    const speak = current().generate(prompt, count, drawing, (text) => {
      if (speaking === id) send({ event: "text", id, text });
      return speaking === id;
    });
    return ask(speak);
  },
  hush() {
    speaking = undefined;
  },
  pace: () => ask(current().pace()),
  look: (text) => ask(current().look(text)),
  checkpoint: () => ask(current().checkpoint()),
  underTheHood: () => ask(current().underTheHood()),
});
