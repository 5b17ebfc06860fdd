/** A pair of ids below 2^21 as one number. */
export const pairKey = (a: number, b: number): number => a * 2 ** 21 + b;

/** A piece of text and how often it occurs. */
export interface CountedPiece {
  readonly bytes: ArrayLike<number>;
  readonly count: number;
}

/**
 * The merges of byte-pair encoding, as a flat list of pairs: each time the most frequent pair, of equally frequent ones that
 * with the smaller ids. Each pair keeps a list of the pieces it occurs in, so that a merge visits only those.
 */
export function learnMerges(pieces: readonly CountedPiece[], wanted: number, minimumCount: number): number[] {
  const pairs = new Pairs();
  const words = pieces.map(({ bytes }) => Array.from(bytes));
  words.forEach((word, w) => {
    pairs.add(word, w, pieces[w]!.count);
  });
  pairs.sort();
  const merges: number[] = [];
  while (merges.length < 2 * wanted) {
    const best = pairs.takeMostFrequent(minimumCount);
    if (best === undefined) break;
    const [a, b] = [Math.floor(best / 2 ** 21), best % 2 ** 21];
    const id = 256 + merges.length / 2;
    merges.push(a, b);
    for (const w of pairs.seenIn(best)) {
      const word = words[w]!;
      const { count } = pieces[w]!;
      if (!has(word, a, b)) continue;
      pairs.add(word, w, -count);
      join(word, a, b, id);
      pairs.add(word, w, count);
    }
    pairs.settle();
  }
  return merges;
}

function has(word: readonly number[], a: number, b: number): boolean {
  for (let i = 1; i < word.length; i++) if (word[i - 1] === a && word[i] === b) return true;
  return false;
}

/** Replaces each a followed by b by `id`, from the left. */
function join(word: number[], a: number, b: number, id: number): void {
  let n = 0;
  for (let i = 0; i < word.length; i++) {
    const joins = word[i] === a && word[i + 1] === b;
    word[n++] = joins ? id : word[i]!;
    if (joins) i++;
  }
  word.length = n;
}

interface Entry {
  readonly count: number;
  readonly key: number;
}

const before = (a: Entry, b: Entry): boolean => a.count > b.count || (a.count === b.count && a.key < b.key);

/** Counts of pairs, and a heap with the most frequent on top; outdated entries are dropped when they reach the top. */
class Pairs {
  readonly #counts = new Map<number, number>();
  readonly #seen = new Map<number, number[]>();
  readonly #changed = new Set<number>();
  #heap: Entry[] = [];

  /** Counts the pairs of a word `times` more often; less often where `times` is below 0. */
  add(word: readonly number[], w: number, times: number): void {
    for (let i = 1; i < word.length; i++) {
      const key = pairKey(word[i - 1]!, word[i]!);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
      this.#changed.add(key);
      if (times < 0) continue;
      const seen = this.#seen.get(key);
      if (!seen) this.#seen.set(key, [w]);
      else if (seen.at(-1) !== w) seen.push(w);
    }
  }

  /** Takes out the list of words that have or had the pair. */
  seenIn(key: number): readonly number[] {
    const seen = this.#seen.get(key) ?? [];
    this.#seen.delete(key);
    return seen;
  }

  /** Makes the heap of all pairs. */
  sort(): void {
    this.#heap = [...this.#counts].map(([key, count]) => ({ key, count }));
    this.#heap.sort((a, b) => (before(a, b) ? -1 : 1));
    this.#changed.clear();
  }

  /** Puts pairs whose counts have changed into the heap again. */
  settle(): void {
    for (const key of this.#changed) {
      const count = this.#counts.get(key)!;
      if (count > 0) this.#push({ key, count });
      else this.#counts.delete(key);
    }
    this.#changed.clear();
  }

  takeMostFrequent(minimumCount: number): number | undefined {
    for (let top = this.#pop(); top; top = this.#pop()) {
      if (top.count < minimumCount) return undefined;
      if (this.#counts.get(top.key) === top.count) return top.key;
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
