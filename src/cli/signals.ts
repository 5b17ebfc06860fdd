import { constants } from "node:os";

/** The signals that ask a process to end: Ctrl-C, `kill`, a closed terminal. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `heard` for each signal that asks this process to end, instead of ending it. */
export function onEndingSignal(heard: (signal: NodeJS.Signals) => void): void {
  for (const signal of SIGNALS) process.on(signal, heard);
}

/** Exits on a signal that asks this process to end. Unlike the signal itself, that also ends a browser that was started. */
export function exitOnSignals(): void {
  onEndingSignal((signal) => process.exit(128 + constants.signals[signal]));
}
