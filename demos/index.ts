import { findAdapter } from "./shared/adapter";
import { byId, element, showAlert } from "./shared/dom";
import { themeButton } from "./shared/theme";

/** A card of the gallery. */
interface Demo {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
  /** Inside of an SVG of 240 × 100. */
  readonly picture: string;
}

const layer = (x: number, size: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const at = `x="${x + 5 * i}" y="${50 - size / 2 - 4 * i + 2 * count}" width="${size}" height="${size}"`;
    return `<rect ${at} fill="var(--panel)" stroke="var(--series-1)" stroke-width="1.5"/>`;
  }).join("");

/** A bar of the race, as long as its milliseconds a step. */
const lane = (y: number, length: number, colour: string) =>
  `<rect x="20" y="${y}" width="200" height="16" rx="3" fill="var(--line)" opacity="0.5"/>
   <rect x="20" y="${y}" width="${length}" height="16" rx="3" fill="var(${colour})"/>`;

/** Points on two arms of a spiral, by the number of the arm. */
const arm = (n: number) =>
  Array.from({ length: 26 }, (_, i) => {
    const [angle, radius] = [0.24 * i + Math.PI * n, 5 + 1.55 * i];
    const [x, y] = [120 + radius * Math.sin(angle), 50 + radius * Math.cos(angle)].map((v) => v.toFixed(1));
    return `<circle cx="${x}" cy="${y}" r="3" fill="var(--series-${n + 1})"/>`;
  }).join("");

/** A recurrent network over the characters of a word: each cell passes on what it remembers, and guesses the next one. */
const unrolled = (word: string) =>
  [...word]
    .map((character, i) => {
      const x = 24 + 38 * i;
      const guess = word[i + 1] ?? "";
      const text = (y: number, colour: string, c: string) =>
        `<text x="${x}" y="${y}" text-anchor="middle" font-size="14" font-family="monospace" fill="var(${colour})">${c}</text>`;
      return `<rect x="${x - 12}" y="38" width="24" height="24" rx="5" fill="var(--panel)" stroke="var(--series-1)" stroke-width="1.5"/>
        <path d="M${x} 74 V63 M${x} 37 V27 M${x + 12} 50 H${x + 26}" stroke="var(--ink-soft)" stroke-width="1.5"/>
        ${text(88, "--ink", character)}${text(22, "--series-2", guess)}`;
    })
    .join("");

/** A map of attention: each row looks at itself and at earlier columns, most at some of them. */
function attentionPicture(): string {
  const cells = Array.from({ length: 9 }, (_, row) =>
    Array.from({ length: row + 1 }, (_, column) => {
      const share = column === row - 1 || column === 2 ? 0.9 : column === row ? 0.5 : 0.14;
      const place = `x="${20 + 10 * column}" y="${6 + 10 * row}" width="9" height="9"`;
      return `<rect ${place} fill="var(--series-1)" opacity="${share}"/>`;
    }).join(""),
  ).join("");
  const line = (y: number, width: number) =>
    `<rect x="130" y="${y}" width="${width}" height="7" rx="3.5" fill="var(--line)"/>`;
  return `${cells}${line(14, 90)}${line(32, 76)}${line(50, 84)}${line(68, 30)}
    <rect x="166" y="66" width="3" height="12" fill="var(--series-2)"/>`;
}

/** A name, under each letter how likely a girl's name (upwards) or a boy's it is. */
const opinions = (name: string, shares: readonly number[]) =>
  shares
    .map((girl, i) => {
      const [x, height] = [26 + 28 * i, 36 * Math.abs(2 * girl - 1)];
      const bar = `x="${x - 9}" y="${girl > 0.5 ? 40 - height : 40}" width="18" height="${height.toFixed(1)}" rx="2"`;
      return `<rect ${bar} fill="var(--series-${girl > 0.5 ? 2 : 1})"/>
        <text x="${x}" y="94" text-anchor="middle" font-size="15" font-family="monospace" fill="var(--ink)">${name[i]}</text>`;
    })
    .join("");

/** A wave that was measured, and how a network foretells that it goes on. */
function foretold(): string {
  const at = (t: number, noise: number) =>
    50 - 24 * Math.sin(t / 17) - 9 * Math.sin(t / 7 + 1) + noise * Math.sin(12.9898 * t * t);
  const line = (from: number, to: number, noise: number) =>
    Array.from(
      { length: (to - from) / 3 + 1 },
      (_, i) => `${10 + from + 3 * i} ${at(from + 3 * i, noise).toFixed(1)}`,
    ).join(" L");
  return `<path d="M${line(0, 141, 3.5)}" fill="none" stroke="var(--series-1)" stroke-width="2"/>
    <path d="M${line(141, 219, 0)}" fill="none" stroke="var(--series-2)" stroke-width="2.5" stroke-dasharray="6 4"/>
    <path d="M151 8 V92" stroke="var(--line)" stroke-width="1.5"/>`;
}

/** A sentence that is read both ways, and the tag of each word. */
function taggedSentence(): string {
  const words: [word: string, tag: string, colour: string][] = [
    ["they", "PRON", "--series-1"],
    ["can", "VERB", "--series-2"],
    ["fish", "VERB", "--series-2"],
    ["well", "ADV", "--series-3"],
  ];
  const cells = words.map(([word, tag, colour], i) => {
    const x = 33 + 58 * i;
    const text = (y: number, size: number, t: string) =>
      `<text x="${x}" y="${y}" text-anchor="middle" font-size="${size}" fill="var(--ink)">${t}</text>`;
    return `<rect x="${x - 24}" y="8" width="48" height="20" rx="4" fill="var(${colour})" opacity="0.3"/>
      ${text(22, 12, tag)}${text(92, 15, word)}<path d="M${x} 78 V30" stroke="var(--ink-soft)" stroke-width="1.5"/>`;
  });
  const way = (y: number, from: number, to: number) => {
    const back = from < to ? -7 : 7;
    return `<path d="M${from} ${y} H${to} m${back} -5 l${-back} 5 l${back} 5" fill="none" stroke="var(--series-1)" stroke-width="2"/>`;
  };
  return `${cells.join("")}${way(46, 10, 230)}${way(62, 230, 10)}`;
}

/** A source and its translation, joined by what each takes from the other. */
function alignmentPicture(): string {
  const row = (text: string, x: number, step: number, y: number) =>
    [...text]
      .map(
        (c, i) =>
          `<text x="${x + step * i}" y="${y}" text-anchor="middle" font-size="15" font-family="monospace" fill="var(--ink)">${c}</text>`,
      )
      .join("");
  const [top, bottom] = ["3. září 2026", "2026-09-03"];
  const pairs = [8, 9, 10, 11, 7, 3, 4, 2, 0, 0];
  const lines = pairs.map((from, to) => {
    const colour = to < 4 ? "--series-1" : to > 7 ? "--series-2" : "--series-3";
    return `<path d="M${32 + 16 * from} 27 C${32 + 16 * from} 52 ${39 + 18 * to} 48 ${39 + 18 * to} 72" fill="none" stroke="var(${colour})" stroke-width="2" opacity="0.75"/>`;
  });
  return `${lines.join("")}${row(top!, 32, 16, 22)}${row(bottom!, 39, 18, 88)}`;
}

const DEMOS: readonly Demo[] = [
  {
    folder: "mnist-cnn",
    name: "Digits: a convolutional network",
    text: "Trains on 60,000 handwritten digits in your browser. Watch it learn, then draw a digit yourself.",
    picture: `${layer(10, 46, 1)}${layer(80, 40, 4)}${layer(150, 24, 5)}
      <path d="M22 38 q14 -12 20 2 q2 10 -16 12 q18 0 16 14 q-6 10 -22 4" fill="none" stroke="var(--ink)" stroke-width="3"/>
      ${Array.from({ length: 10 }, (_, i) => `<circle cx="222" cy="${12 + 8.4 * i}" r="3" fill="var(${i === 3 ? "--series-2" : "--line"})"/>`).join("")}`,
  },
  {
    folder: "race",
    name: "Race: the same training steps on three engines",
    text: "wgrad, TensorFlow.js and jax-js train the same networks from the same numbers on your machine. See who is faster, and that all compute the same.",
    picture: `${lane(14, 38, "--series-1")}${lane(42, 190, "--series-2")}${lane(70, 104, "--series-3")}`,
  },
  {
    folder: "playground",
    name: "Playground: points of the plane",
    text: "From logistic regression to a small network: choose data, features and layers, and watch the boundary bend.",
    picture: `${arm(0)}${arm(1)}`,
  },
  {
    folder: "char-rnn",
    name: "Characters: a recurrent network",
    text: "Reads Moby-Dick character by character and learns to write like it. Give it a beginning, and look into its cells.",
    picture: unrolled("whale "),
  },
  {
    folder: "tiny-gpt",
    name: "Tiny GPT: a transformer that writes",
    text: "Learns to write like Moby-Dick, token by token. Watch noise become words, see where it looks, give it a beginning.",
    picture: attentionPicture(),
  },
  {
    folder: "names",
    name: "Names: two small recurrent networks",
    text: "One tells girls’ names from boys’, and changes its mind letter by letter. The other invents new ones. Learns within a minute.",
    picture: opinions("Josefina", [0.35, 0.2, 0.1, 0.3, 0.15, 0.62, 0.55, 0.98]),
  },
  {
    folder: "forecast",
    name: "Forecast: a deep recurrent network",
    text: "Foretells waves, chaos or a random walk, and says plainly whether it beats doing without. See what depth and window change.",
    picture: foretold(),
  },
  {
    folder: "tagger",
    name: "Parts of speech: a network that reads both ways",
    text: "Learns from a million tagged words which are nouns, verbs, adjectives. Type a sentence, with words that nobody knows.",
    picture: taggedSentence(),
  },
  {
    folder: "translate",
    name: "Translation: from seq2seq to attention to the transformer",
    text: "Learns to read dates in 14 languages, or to put numbers into words, with three networks. See where it looks, and what the beams find.",
    picture: alignmentPicture(),
  },
];

byId("theme").append(themeButton(() => {}));
for (const { folder, name, text, picture } of DEMOS) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 240 100");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = picture;
  const link = element(
    "a",
    { href: `./${folder}/index.html`, class: "card panel" },
    svg,
    element("strong", {}, name),
    text,
  );
  byId("demos").append(element("li", {}, link));
}

/** Says which adapter would train, or what to do without one. */
async function describeAdapter(): Promise<void> {
  const found = await findAdapter();
  if (typeof found === "string") {
    byId("adapter").textContent = "";
    return showAlert(found);
  }
  const software = found.software ? ", a software adapter: it runs on the CPU, slowly" : "";
  byId("adapter").textContent = `Trains on: ${found.name}${software}`;
}

void describeAdapter();
