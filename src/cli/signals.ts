import { constants } from "node:os";

/** What asks a process to end: Ctrl-C, `kill`, a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls back for each signal that asks this process to end, which then no longer ends it. */
export function onEndingSignal(heard: (signal: NodeJS.Signals) => void): void {
  for (const signal of SIGNALS) process.on(signal, heard);
}

/** Where a signal asks this process to end, it exits: a browser that it started ends with that, not with the signal itself. */
export function exitOnSignals(): void {
  onEndingSignal((signal) => process.exit(128 + constants.signals[signal]));
}
