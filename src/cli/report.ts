import { Presets, SingleBar } from "cli-progress";
import type { EstimateEvent, EvalEvent, StepEvent, TaskScores, TrainEvent, TuneEvent } from "../index";

/** Prints what happens in a run: for people, or as JSON lines. */
export interface Reporter {
  event(event: TrainEvent): void;
  /** A line that is neither an event nor an error. */
  note(line: string): void;
  /** The run has ended. @param checkpoint where one was written */
  done(checkpoint?: string): void;
}

/** A reporter on the output of this process. */
export const processReporter = (json: boolean): Reporter =>
  json ? jsonReporter(process.stdout, process.stderr) : humanReporter(process.stdout);

type Out = { write(text: string): unknown; isTTY?: boolean };

/** One JSON object a line, and nothing else, on `out`; notes go to `err`. */
export function jsonReporter(out: Out, err: Out): Reporter {
  let last: TrainEvent | undefined;
  return {
    event(event) {
      if (event.event === "done") last = event;
      else out.write(`${JSON.stringify(event)}\n`);
    },
    note: (line) => void err.write(`${line}\n`),
    done: (checkpoint) => void out.write(`${JSON.stringify({ ...last, checkpoint })}\n`),
  };
}

/** How often one class was taken for another. */
interface WorstPair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/** The most frequent confusions, the worst first. */
export function worstPairs(confusion: readonly (readonly number[])[], most = 3): WorstPair[] {
  const pairs = confusion.flatMap((row, label) => row.map((count, predicted) => ({ label, predicted, count })));
  return pairs
    .filter((p) => p.label !== p.predicted && p.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}

function seconds(exact: number): string {
  const s = Math.round(exact);
  return s < 90 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

/** Milliseconds between two lines where there is no terminal to draw a bar on. */
const LINE_EVERY = 5000;

/** Lines and a progress bar. */
export function humanReporter(out: Out, now: () => number = () => performance.now()): Reporter {
  const bars = out.isTTY === true;
  const bar = new SingleBar({ format: "{bar} {value}/{total} · {text}", hideCursor: true }, Presets.shades_classic);
  let active: "compile" | "step" | undefined;
  let lastLine = Number.NEGATIVE_INFINITY;
  const stop = () => {
    if (active && bars) bar.stop();
    active = undefined;
  };
  const line = (text: string) => {
    stop();
    out.write(`${text}\n`);
  };
  const progress = (kind: "compile" | "step", value: number, total: number, text: string) => {
    if (bars) {
      if (active !== kind) {
        stop();
        bar.start(total, value, { text });
      }
      bar.setTotal(total);
      bar.update(value, { text });
    } else if (value === total || now() - lastLine >= LINE_EVERY) {
      out.write(`${kind === "compile" ? "compiled" : "step"} ${value}/${total} · ${text}\n`);
      lastLine = now();
    }
    active = kind;
  };
  return {
    event(e) {
      if (e.event === "adapter") line(adapterText(e.adapter, e.software));
      else if (e.event === "compile") progress("compile", e.done, e.total, "kernels");
      else if (e.event === "estimate") line(estimateText(e));
      else if (e.event === "step") progress("step", e.step, e.steps, stepText(e));
      else if (e.event === "eval") line(evalText(e));
      else if (e.event === "tune") line(tuneText(e));
      else if (e.event === "recovered") line(`${e.reason}; on a new device from step ${e.step}`);
      else line(`${e.steps} steps in ${seconds(e.seconds)}, ${scoresText(e) || "nothing measured"}`);
    },
    note: line,
    done(checkpoint) {
      if (checkpoint !== undefined) line(`checkpoint ${checkpoint}`);
    },
  };
}

/** How many times as fast the best way is as the first guess, where both were timed. */
function gainOf({ best, usual, milliseconds }: Omit<TuneEvent, "event">): string | undefined {
  const [before, now] = [milliseconds[usual], milliseconds[best]];
  return before && now ? `${(before / now).toFixed(2)}×` : undefined;
}

function tuneText(measured: TuneEvent): string {
  const { key, best, usual, milliseconds, rejected } = measured;
  const ways = Object.entries(milliseconds).sort(([, a], [, b]) => a - b);
  const times = ways.map(([way, ms]) => `${way} ${ms.toFixed(3)} ms`);
  const refused = Object.entries(rejected).map(([way, why]) => `${way} left out: ${why}`);
  const gain = gainOf(measured);
  const told = best === usual || !gain ? "" : ` · ${gain} as fast as ${usual}`;
  return `${key}\n  ${best}${told}\n  ${[...times, ...refused].join(" · ")}`;
}

/** What was measured, an op a row, in columns as wide as need be. */
export function tuningTable(measured: readonly Omit<TuneEvent, "event">[]): string {
  const rows = measured.map((m) => {
    const { key, best, usual, milliseconds } = m;
    const times = [best, usual].map((way) => milliseconds[way]?.toFixed(3) ?? "–");
    return [key, best in milliseconds ? best : "–", times[0]!, usual, times[1]!, gainOf(m) ?? "–"];
  });
  const all = [["op", "fastest", "ms", "first guess", "ms", "gain"], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

function estimateText({ parameters, bytes, flops, secondsPerStep, steps }: EstimateEvent): string {
  const size = `${short.format(parameters)} parameters, ${(bytes / 2 ** 20).toFixed(1)} MiB, ${short.format(flops)} operations a step`;
  return `${size}; about ${seconds(secondsPerStep * steps)} for ${steps} steps, evaluations apart`;
}

const percent = (x: number): string => (Number.isNaN(x) ? "not measured" : `${(100 * x).toFixed(2)} %`);

/** How each score is written. */
const SCORES = {
  testAccuracy: (x: number) => `test accuracy ${percent(x)}`,
  baselineAccuracy: (x: number) => `baseline ${percent(x)}`,
  unknownAccuracy: (x: number) => `unknown words ${percent(x)}`,
  macroF1: (x: number) => `macro F1 ${percent(x)}`,
  bitsPerCharacter: (x: number) => `${x.toFixed(3)} bits per character`,
  exactMatch: (x: number) => `exactly right ${percent(x)}`,
  bleu: (x: number) => `BLEU ${(100 * x).toFixed(1)}`,
  testRmse: (x: number) => `RMSE ${x.toFixed(3)} standard deviations`,
  skill: (x: number) => `skill ${x.toFixed(3)}`,
};

/** The scores that are given, and a sample of what the model makes. */
function scoresText(given: TaskScores): string {
  const scores = (Object.keys(SCORES) as (keyof typeof SCORES)[]).flatMap((name) => {
    const score = given[name];
    return score === undefined ? [] : [SCORES[name](score)];
  });
  return [...scores, ...(given.sample ? [`\n${given.sample}`] : [])].join(", ");
}

function adapterText(adapter: string, software: boolean): string {
  if (!software) return `adapter ${adapter}`;
  return `adapter ${adapter}\nThis is a software adapter: it runs on the CPU, so fewer steps are taken unless --steps, --epochs or the checkpoint say otherwise.`;
}

const stepText = (e: StepEvent): string =>
  `loss ${e.loss.toFixed(4)} · ${Math.round(e.examplesPerSecond)} examples/s · ${seconds(e.secondsLeft)} left`;

function evalText(e: EvalEvent): string {
  const name = (i: number) => e.classes?.[i] ?? i;
  const pairs = worstPairs(e.confusion ?? []).map(
    (p) => `${name(p.label)} taken for ${name(p.predicted)}: ${p.count}×`,
  );
  const worst = pairs.length ? ` · worst: ${pairs.join(", ")}` : "";
  const { sample, ...scores } = e;
  return `step ${e.step} · ${scoresText(scores)} · test loss ${e.testLoss.toFixed(4)}${worst}${sample ? `\n${sample}` : ""}`;
}
