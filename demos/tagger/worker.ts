import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { createTagger, fetchCorpus, prepareCorpus, type TaggerRun } from "./experiment";
import type { Data } from "./parts";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let prepared: Promise<Data> | undefined;
const runs = new RunKeeper<TrainEvent, TaggerRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl) {
    prepared ??= fetchCorpus(dataUrl).then(prepareCorpus);
    prepared.catch(() => {
      prepared = undefined;
    });
    const data = prepared;
    const run = await runs.replace(async () => createTagger(await data, options, send));
    run.onJudged = send;
    return run.done;
  },
  lookInto: (text, at) => runs.ask((run) => run.lookInto(text, at)),
  examples: (page, count) => runs.ask((run) => run.examples(page, count)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
