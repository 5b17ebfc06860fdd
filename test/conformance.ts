// Checks every op's samples on this machine's device, by each of the kernels that can compute it, without a test runner: for machines
// with nothing but Node and Dawn. `npm run build:portable`, then `node dist/portable/conformance.js [--only REGEX] [--workers N]`.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Runtime } from "../src/gpu/runtime";
import { cases } from "./ops/cases";
import type { OpCase, Sample } from "./ops/opCase";
import { choicesOf, mostWays, nthWays, runSample, runsInHalves } from "./ops/runCase";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    workers: { type: "string", default: "4" },
    worker: { type: "string" },
  },
});

/** A line that a worker prints: a check with the problems that it found; without problems, a description of the device. */
interface Line {
  readonly check: string;
  readonly problems?: readonly string[];
}

const say = (line: Line) => console.log(JSON.stringify(line));

/** The checks of an op: each a sample and how to run it. */
function* checksOf(c: OpCase, runtime: Runtime) {
  const { target } = runtime.open;
  for (const sample of c.samples) yield { name: JSON.stringify(sample), sample, target, fuse: true };
  const lists = c.samples.map((sample) => choicesOf(c, sample, target));
  for (const [i, choices] of lists.entries())
    for (let n = 1; n < mostWays(choices); n++) {
      const tuning = nthWays(choices, n);
      yield {
        name: `by ${Object.entries(tuning).join("; ")}`,
        sample: c.samples[i]!,
        target: { ...target, tuning },
        fuse: true,
      };
    }
  yield { name: "unfused", sample: c.samples[0]!, target, fuse: false };
  if (runtime.open.info.features.includes("shader-f16"))
    for (const sample of c.samples.filter((s) => runsInHalves(c, s)))
      yield { name: `in f16: ${JSON.stringify(sample)}`, sample, target, fuse: true, halves: true };
}

async function checked(runtime: Runtime, c: OpCase, sample: Sample<object>, options: object): Promise<string[]> {
  try {
    const problems = await runSample(runtime, c, sample, options);
    runtime.throwErrors();
    return problems;
  } catch (error) {
    return [(error as Error).message.split("\n").slice(0, 3).join(" ")];
  }
}

async function work([nth, of]: [number, number]): Promise<void> {
  const runtime = await Runtime.create();
  if (nth === 0) {
    const { info, target } = runtime.open;
    say({ check: `adapter: ${info.name}; ${info.features.join(" ")}; ${JSON.stringify(target)}` });
  }
  for (const [name, c] of cases.filter(([n], i) => i % of === nth && new RegExp(values.only).test(n)))
    for (const { name: how, sample, ...options } of checksOf(c, runtime))
      say({ check: `${name} ${how}`, problems: await checked(runtime, c, sample, options) });
  process.exit(0);
}

interface Count {
  passed: number;
  failed: string[];
  /** Where each worker is. */
  readonly at: string[];
}

/** Runs a worker to its end, and counts its checks. If a worker dies, the check that it was at has failed. */
async function follow(nth: number, of: number, count: Count): Promise<void> {
  const args = [process.argv[1]!, "--worker", `${nth}/${of}`, "--only", values.only];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => void child.on("close", resolve));
  count.at[nth] = "its start";
  for await (const text of createInterface({ input: child.stdout })) {
    const { check, problems } = JSON.parse(text) as Line;
    count.at[nth] = `the one after ${check}`;
    if (!problems) console.log(check);
    else if (problems.length) count.failed.push(`${check}: ${problems.join("; ")}`);
    else count.passed++;
  }
  const status = await ended;
  if (status === 0) count.at[nth] = "its end";
  else count.failed.push(`worker ${nth} ended with ${status} at ${count.at[nth]}`);
}

if (values.worker) await work(values.worker.split("/").map(Number) as [number, number]);
else {
  const count: Count = { passed: 0, failed: [], at: [] };
  process.on("SIGTERM", () => {
    for (const line of [...count.failed, ...count.at.map((at, nth) => `worker ${nth} is at ${at}`)])
      console.log(line.slice(0, 300));
    console.log(`stopped: ${count.passed} passed, ${count.failed.length} failed so far`);
    process.exit(1);
  });
  const of = Number(values.workers);
  await Promise.all(Array.from({ length: of }, (_, nth) => follow(nth, of, count)));
  for (const line of count.failed) console.log(`FAILED ${line.slice(0, 600)}`);
  console.log(`${count.passed} passed, ${count.failed.length} failed`);
  process.exitCode = count.failed.length ? 1 : 0;
}
