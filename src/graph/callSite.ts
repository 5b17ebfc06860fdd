/** Frames that are looked through: an op may be called through many functions of the engine. */
const FRAMES = 60;

/** Where the engine's own files lie. In a bundle of engine and user together nothing lies elsewhere: then no line is known. */
const OWN = import.meta.url.replace(/[^/]*\/[^/]*$/, "");

let noting = false;

/** Has ops note the line that called them while `fn` records. */
export function withCallSites<R>(on: boolean, fn: () => R): R {
  const before = noting;
  noting = on;
  try {
    return fn();
  } finally {
    noting = before;
  }
}

/** The line outside of the engine that is calling, if lines are noted and there is one. */
export function callSite(): string | undefined {
  if (!noting) return undefined;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  const places = stack
    .split("\n")
    .flatMap((line) => line.match(/((?:file|https?):\/\/\S+:\d+:\d+|\/\S+:\d+:\d+)/)?.[1] ?? []);
  return places.find((place) => !place.startsWith(OWN) && !place.startsWith(new URL(OWN).pathname));
}
