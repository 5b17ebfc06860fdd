import { DataError } from "../../src/index";

/**
 * Fetches a file of a data set.
 * @param what the file holds, as a sentence calls it
 * @throws DataError that says in plain words what to do, where it cannot be had
 */
export async function fetchFile(url: string, what: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((e: unknown) => ({ ok: false as const, statusText: String(e) }));
  // A server that answers with its own page where a file is missing.
  const isPage = response.ok && response.headers.get("content-type")?.includes("html");
  if (response.ok && !isPage) return new Uint8Array(await response.arrayBuffer());
  const reason = isPage ? "there is no such file" : response.statusText || "the server refuses it";
  throw new DataError(
    url.slice(url.lastIndexOf("/") + 1),
    `${what} cannot be loaded from ${url}: ${reason}. These pages need their data sets beside them: ` +
      "`npm start` in the project's folder serves both; on another host the file has to be put at that address.",
  );
}
