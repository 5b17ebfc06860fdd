import { Setting } from "./setting";

/** Stack frames that are searched: an op may be called through many functions of the engine. */
const FRAMES = 60;

/** The folder of the engine's own files. A bundle of engine and user code is all in one folder: then no line is found. */
const OWN = import.meta.url.replace(/[^/]*\/[^/]*$/, "");

const noting = new Setting(false);

/** Runs `fn`; with `on`, the ops that it records note the line that called them. */
export const withCallSites = <R>(on: boolean, fn: () => R): R => noting.during(on, fn);

/** The user's line that is calling the engine; undefined where lines are not noted or none is found. */
export function callSite(): string | undefined {
  if (!noting.value) return undefined;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  const places = stack
    .split("\n")
    .flatMap((line) => line.match(/((?:file|https?):\/\/\S+:\d+:\d+|\/\S+:\d+:\d+)/)?.[1] ?? []);
  return places.find((place) => !place.startsWith(OWN) && !place.startsWith(new URL(OWN).pathname));
}
