import type { CompileEvent, StepEvent } from "../../src/index";
import { byId } from "./dom";

const time = (s: number): string =>
  s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;

/** The page's progress bar, `#progress`, and the line under it, `#progress-text`. */
export const progress = {
  say(text: string): void {
    byId("progress-text").textContent = text;
  },
  compiling({ done, total }: CompileEvent): void {
    set(done, total);
    progress.say(`compiling ${done} of ${total} kernels`);
  },
  /** @param unit what a step learns from */
  training(e: StepEvent, unit = "examples"): void {
    set(e.step, e.steps);
    const pace = `${Math.round(e.examplesPerSecond)} ${unit}/s`;
    progress.say(`step ${e.step} of ${e.steps} · epoch ${e.epoch.toFixed(2)} · ${pace} · ${time(e.secondsLeft)} left`);
  },
  reset(): void {
    set(0, 1);
  },
};

function set(value: number, max: number): void {
  const bar = byId<HTMLProgressElement>("progress");
  bar.max = max;
  bar.value = value;
}
