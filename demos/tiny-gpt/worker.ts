import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { type Corpus, type CorpusChoice, corpora, fetchText } from "./data";
import { createTinyGpt, type TinyGptRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let corpus: { key: string; made: Promise<Corpus> } | undefined;
/** The text that is being made: another one takes its place. */
let speaking: number | undefined;
const runs = new RunKeeper<TrainEvent, TinyGptRun>((e) => send(e));

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

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl) {
    const made = await runs.replace(async () => {
      const run = await createTinyGpt(corpusAt(dataUrl), options, send);
      speaking = undefined;
      return run;
    });
    return { step: made.done, settings: made.settings, estimate: made.size };
  },
  generate(id, prompt, count, drawing) {
    speaking = id;
    const onText = (text: string) => {
      if (speaking === id) send({ event: "text", id, text });
      return speaking === id;
    };
    return runs.ask((run) => run.generate(prompt, count, drawing, onText));
  },
  hush() {
    speaking = undefined;
  },
  pace: () => runs.ask((run) => run.pace()),
  look: (text) => runs.ask((run) => run.look(text)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
