import type { CompileEvent, StepEvent } from "../../src/index";
import { byId } from "./dom";

const time = (s: number): string =>
  s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;

const write = (text: string): void => {
  byId("progress-text").textContent = text;
};

/** The page's progress bar, `#progress`, and the line under it, `#progress-text`. */
export const progress = {
  /** Writes how things are, and has it read out: `#progress-state`. The numbers of each step are for the eye alone. */
  say(text: string): void {
    write(text);
    byId("progress-state").textContent = text;
  },
  compiling({ done, total }: CompileEvent): void {
    set(done, total);
    write(`compiling ${done} of ${total} kernels`);
  },
  /** @param unit what a step learns from */
  training(e: StepEvent, unit = "examples"): void {
    set(e.step, e.steps);
    const pace = `${Math.round(e.examplesPerSecond)} ${unit}/s`;
    write(`step ${e.step} of ${e.steps} · epoch ${e.epoch.toFixed(2)} · ${pace} · ${time(e.secondsLeft)} left`);
  },
  /** Nothing is under way: the bar shows how much of a run is done. */
  stand(step: number, steps: number): void {
    set(step, Math.max(1, steps));
  },
};

function set(value: number, max: number): void {
  const bar = byId<HTMLProgressElement>("progress");
  bar.max = max;
  bar.value = value;
}
