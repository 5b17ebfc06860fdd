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
    folder: "char-rnn",
    name: "Characters: a recurrent network",
    text: "Reads Moby-Dick character by character and learns to write like it. Give it a beginning, and look into its cells.",
    picture: unrolled("whale "),
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
  if (!navigator.gpu) {
    byId("adapter").textContent = "";
    return showAlert("This browser has no WebGPU. Use Chrome or Edge 113 or newer.");
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) {
    byId("adapter").textContent = "";
    return showAlert(
      "WebGPU is there, but no GPU adapter. Update the graphics driver, or enable chrome://flags/#enable-unsafe-webgpu.",
    );
  }
  const { vendor, architecture, description } = adapter.info;
  const name =
    [vendor, architecture, description].filter((p) => p).join(" ") || "an adapter that keeps its name to itself";
  const software = /swiftshader|llvmpipe|lavapipe/i.test(name)
    ? ", a software adapter: it runs on the CPU, slowly"
    : "";
  byId("adapter").textContent = `Trains on: ${name}${software}`;
}

void describeAdapter();
