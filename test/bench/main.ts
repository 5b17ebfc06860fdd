import { parseArgs } from "node:util";
import { ENGINES } from "../../demos/race/peers";
import { scaledUp, WORKLOADS, type WorkloadName } from "../../demos/race/workloads";
import type { Host } from "./hosts";
import { benchKernels } from "./kernels/bench";
import { benchNets } from "./nets/bench";
import { benchOps } from "./ops/bench";
import { markdownTable, where } from "./report";
import { benchSweep } from "./sweep";
import { enginesFor } from "./tasks";
import { benchTraining } from "./training";

const { values } = parseArgs({
  options: {
    workload: { type: "string", default: Object.keys(WORKLOADS).join() },
    engine: { type: "string" },
    on: { type: "string", default: "chrome" },
    repeat: { type: "string", default: "3" },
    seconds: { type: "string" },
    json: { type: "boolean", default: false },
    kernels: { type: "boolean", default: false },
    ops: { type: "boolean", default: false },
    tune: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    sweep: { type: "boolean", default: false },
    points: { type: "string", default: "99" },
    limit: { type: "string", default: "120" },
    nets: { type: "boolean", default: false },
    small: { type: "boolean", default: false },
    large: { type: "boolean", default: false },
    times: { type: "string", default: "1" },
    block: { type: "string", default: "10" },
    profile: { type: "boolean", default: false },
    warm: { type: "boolean", default: false },
  },
});

// Mesa keeps compiled shaders between runs, which would make all first steps but the first ever look quick.
if (!values.ops && !values.warm) process.env.MESA_SHADER_CACHE_DISABLE = "true";

/** How long is measured; ops are many, and each is one of several series. */
const seconds = Number(values.seconds ?? (values.ops ? 0.5 : 4));

/** Splits a list of names and refuses those that are not there. */
function listOf<K extends string>(option: string, given: string, known: readonly K[]): K[] {
  const names = given.split(",");
  for (const name of names)
    if (!known.includes(name as K)) throw new Error(`--${option} ${name}: there are ${known.join(", ")}`);
  return names as K[];
}

/** In Node peers run only where they are asked for: not all of them can. */
const engines = listOf(
  "engine",
  values.engine ?? (values.on === "node" ? "wgrad" : ENGINES.join()),
  enginesFor(values.kernels || values.large),
);

async function benchSmall(host: Host): Promise<string> {
  const result = await host.run({ kind: "small", engine: "wgrad", milliseconds: 1000 * seconds });
  if (values.json) return JSON.stringify(result);
  const { wgradMicroseconds: own, plainMicroseconds: plain, submitMicroseconds: submit, dispatches, losses } = result;
  const rows = [
    [`wgrad, replayed, ${dispatches} launches`, own.toFixed(1), losses[0].toPrecision(5)],
    ["one launch, replayed", submit.toFixed(1), ""],
    ["plain JavaScript", plain.toFixed(2), losses[1].toPrecision(5)],
  ];
  return [where([result]), "", markdownTable(["XOR 2-8-8-1", "µs a step", "loss after 50 steps"], rows)].join("\n");
}

const choice = {
  engines,
  workloads: listOf("workload", values.workload, Object.keys(WORKLOADS) as WorkloadName[]),
  repeat: Number(values.repeat),
  seconds,
  json: values.json,
  sizes: (name: WorkloadName) => (values.times === "1" ? undefined : scaledUp(name, Number(values.times))),
  block: Number(values.block),
  profile: values.profile,
};
const host = await (values.on === "node"
  ? (await import("./node")).nodeHost()
  : (await import("./chrome")).chromeHost());
if (values.kernels || values.large)
  console.log(await benchKernels(host, choice, new RegExp(values.only), values.large));
else if (values.ops) {
  const { json, tune, only } = values;
  console.log(await benchOps(host, { milliseconds: 1000 * seconds, json, only: new RegExp(only), tune }));
} else if (values.nets)
  console.log(await benchNets(host, 1000 * seconds, values.json, new RegExp(values.only), Number(values.times)));
else if (values.sweep)
  console.log(await benchSweep(host, { ...choice, points: Number(values.points), limit: Number(values.limit) }));
else if (values.small) console.log(await benchSmall(host));
else console.log(await benchTraining(host, choice));
await host.close();
