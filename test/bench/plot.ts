/** A line of a plot; engines keep their colours from plot to plot. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  /** Positive x and y. */
  readonly points: readonly (readonly [number, number])[];
}

export interface PlotOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [640, 400];
const EDGE = { left: 64, right: 120, top: 58, bottom: 48 };

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const text = (x: number, y: number, content: string, more = "") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(content)}</text>`;

/** A line plot with logarithmic axes, as SVG with a background of its own. */
export function logLogPlot({ title, subtitle, x, y, lines }: PlotOptions): string {
  const all = lines.flatMap((l) => l.points);
  const xs = all.map((p) => p[0]);
  const ys = all.map((p) => p[1]);
  const toX = scale(Math.min(...xs), Math.max(...xs), EDGE.left, WIDTH - EDGE.right);
  const [low, high] = [10 ** Math.floor(Math.log10(Math.min(...ys))), 10 ** Math.ceil(Math.log10(Math.max(...ys)))];
  const toY = scale(low, high === low ? 10 * low : high, HEIGHT - EDGE.bottom, EDGE.top);
  const grid: string[] = [];
  for (const value of [...new Set(xs)].sort((a, b) => a - b)) {
    const at = toX(value);
    grid.push(`<path d="M${at.toFixed(1)} ${EDGE.top}V${HEIGHT - EDGE.bottom}"/>`);
    grid.push(text(at, HEIGHT - EDGE.bottom + 17, String(value), 'text-anchor="middle"'));
  }
  for (let value = low; value <= high * 1.001; value *= 10) {
    const at = toY(value);
    grid.push(`<path d="M${EDGE.left} ${at.toFixed(1)}H${WIDTH - EDGE.right}"/>`);
    grid.push(text(EDGE.left - 8, at + 4, String(Number(value.toPrecision(1))), 'text-anchor="end"'));
  }
  const middle = (EDGE.top + HEIGHT - EDGE.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#55585e">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${text(EDGE.left, 24, title, 'font-size="15" font-weight="600" fill="#1b1c1e"')}
${text(EDGE.left, 42, subtitle)}
<g stroke="#e4e4de" stroke-width="1" paint-order="stroke">${grid.map((g) => (g.startsWith("<text") ? g.replace("<text", '<text stroke="none"') : g)).join("\n")}</g>
${text((EDGE.left + WIDTH - EDGE.right) / 2, HEIGHT - 10, x, 'text-anchor="middle"')}
${text(16, middle, y, `text-anchor="middle" transform="rotate(-90 16 ${middle})"`)}
${lines.map((l, i) => drawn(l, i, toX, toY)).join("\n")}
</svg>
`;
}

/** Maps a range logarithmically; a range of one value goes to its middle. */
function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  if (low === high) return () => (from + to) / 2;
  return (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low);
}

function drawn({ label, colour, points }: Line, index: number, toX: (v: number) => number, toY: (v: number) => number) {
  const places = points.map(([px, py]) => `${toX(px).toFixed(1)} ${toY(py).toFixed(1)}`);
  const dots = places.map((p) => {
    const [cx, cy] = p.split(" ");
    return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
  });
  const [legendX, legendY] = [WIDTH - EDGE.right + 14, EDGE.top + 10 + 20 * index];
  return `${places.length ? `<path d="M${places.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>` : ""}${dots.join("")}
<path d="M${legendX} ${legendY}h16" stroke="${colour}" stroke-width="2"/>${text(legendX + 22, legendY + 4, label)}`;
}
