// Files of data sets that are not where a page looks for them.
import { afterEach, expect, test, vi } from "vitest";
import { fetchFile } from "../../demos/shared/fetchFile";

afterEach(() => vi.unstubAllGlobals());

const get = (answer: () => Promise<Response>) => {
  vi.stubGlobal("fetch", answer);
  return fetchFile("https://a.b/data/brown.txt", "the corpus");
};

test("a file that is there comes as its bytes", async () => {
  expect(await get(async () => new Response(Uint8Array.of(1, 2)))).toEqual(Uint8Array.of(1, 2));
});

test.each([
  ["404", async () => new Response("", { status: 404, statusText: "Not Found" }), "Not Found"],
  ["a page of the host", async () => new Response("<p>", { headers: { "content-type": "text/html" } }), "no such file"],
  ["no answer", () => Promise.reject(new TypeError("no network")), "no network"],
])("%s: the error says where the file should be and what to do", async (_, answer, reason) => {
  const error = get(answer);
  await expect(error).rejects.toThrow(
    /^brown.txt: the corpus cannot be loaded from https:\/\/a\.b\/data\/brown\.txt: /,
  );
  await expect(error).rejects.toThrow(reason);
  await expect(error).rejects.toThrow(/`npm start` .* serves both/);
});
