import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { loadedOnce, RunKeeper } from "../shared/serveRun";
import { createTagger, fetchCorpus, prepareCorpus, type TaggerRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const prepared = loadedOnce((url: string) => fetchCorpus(url).then(prepareCorpus));
const runs = new RunKeeper<TrainEvent, TaggerRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl) {
    const data = prepared(dataUrl);
    const run = await runs.replace(async () => createTagger(await data, options, send));
    run.onJudged = send;
    return run.done;
  },
  lookInto: (text, at) => runs.ask((run) => run.lookInto(text, at)),
  examples: (page, count) => runs.ask((run) => run.examples(page, count)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
