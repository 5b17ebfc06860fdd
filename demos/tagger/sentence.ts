/** Punctuation that stands before and behind a word, and counts as a word of its own. */
const BEFORE = /^(``|''|["'“‘`([{¡¿])/u;
const BEHIND = /(''|--|\.\.\.|[.,;:!?"'”’)\]}…])$/u;

/**
 * A visitor's text as words of the kind that the corpus has: punctuation by itself, quotation marks as `` and '', abbreviations
 * with their full stop.
 * @param knows whether training has a word
 */
export function wordsOf(text: string, knows: (word: string) => boolean): string[] {
  const words: string[] = [];
  let open = false;
  const chunks = text
    .replace(/\s*(--+|[–—])\s*/gu, " -- ")
    .split(/\s+/u)
    .filter(Boolean);
  for (const [i, chunk] of chunks.entries()) {
    // The last full stop ends the sentence: no is a word there, not a number.
    const ends = i === chunks.length - 1;
    for (const piece of pieces(chunk, ends ? () => false : knows)) {
      const quote = /^(["“”]|``|'')$/u.test(piece);
      if (quote) open = piece === "“" || piece === "``" || (piece === '"' && !open);
      words.push(quote ? (open ? "``" : "''") : piece.replace(/[‘’]/gu, "'").replace("…", "..."));
    }
  }
  return words;
}

/** A chunk without spaces: what opens, the word, what closes. */
function pieces(chunk: string, knows: (word: string) => boolean): string[] {
  const [before, behind]: [string[], string[]] = [[], []];
  let rest = chunk;
  for (let mark = rest.match(BEFORE); mark && rest.length > mark[0].length; mark = rest.match(BEFORE)) {
    before.push(mark[0]);
    rest = rest.slice(mark[0].length);
  }
  for (let mark = rest.match(BEHIND); mark && rest.length > mark[0].length; mark = rest.match(BEHIND)) {
    if (isWhole(rest, knows)) break;
    behind.unshift(mark[0]);
    rest = rest.slice(0, -mark[0].length);
  }
  return [...before, rest, ...behind];
}

/** Abbreviations keep their full stop, plurals their apostrophe: where training has them so, or letters alternate with stops. */
const isWhole = (word: string, knows: (word: string) => boolean): boolean =>
  /[.'’]$/u.test(word) && (knows(word.replace("’", "'")) || /^(\p{L}\.){2,}$/u.test(word));
