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
    folder: "tiny-gpt",
    name: "Tiny GPT: a transformer that writes",
    text: "Learns to write like Moby-Dick, token by token. Watch noise become words, see where it looks, give it a beginning.",
    picture: attentionPicture(),
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
