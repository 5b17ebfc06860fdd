// Calls between a page and its worker: a method's name and arguments go over, its result or error comes back.

/** From the page. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: unknown[];
}

/** From the worker: an answer to a call, or something that happened. */
export type Message =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { name: string; message: string } }
  | { readonly event: unknown };

/** An error that a worker's method threw. */
export class RemoteError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

type Methods = Record<string, (...args: never[]) => unknown>;

/** A worker's methods as the page sees them: each answers with a promise. */
export type Remote<M extends Methods> = {
  [K in keyof M]: (...args: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>;
};

/** The methods of a worker, for its page. @param onEvent is told what the worker sends by itself */
export function connect<M extends Methods, E>(worker: Worker, onEvent: (event: E) => void): Remote<M> {
  const open = new Map<number, { resolve: (v: unknown) => void; reject: (e: Error) => void }>();
  let next = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("event" in data) return onEvent(data.event as E);
    const call = open.get(data.id);
    open.delete(data.id);
    if ("error" in data) call?.reject(new RemoteError(data.error.name, data.error.message));
    else call?.resolve(data.result);
  });
  worker.addEventListener("error", (e) => {
    for (const { reject } of open.values()) reject(new RemoteError("Error", e.message || "the worker could not start"));
    open.clear();
  });
  return new Proxy({} as Remote<M>, {
    get:
      (_, method: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const id = next++;
          open.set(id, { resolve, reject });
          worker.postMessage({ id, method, args } satisfies Call);
        }),
  });
}

/** Serves methods in a worker. @returns how to send events to the page */
export function serve<M extends Methods, E>(methods: M): (event: E) => void {
  const post = (message: Message) => self.postMessage(message);
  self.addEventListener("message", async ({ data: { id, method, args } }: MessageEvent<Call>) => {
    try {
      post({ id, result: await methods[method]!(...(args as never[])) });
    } catch (e) {
      const { name, message } = e instanceof Error ? e : { name: "Error", message: String(e) };
      post({ id, error: { name, message } });
    }
  });
  return (event) => post({ event });
}
