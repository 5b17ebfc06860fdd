import { element } from "./dom";

/** Draws numbers as grey levels: `low` is black, `high` white. */
export function drawGrey(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  { low, high }: { low: number; high: number },
): void {
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    const level = (255 * (values[i]! - low)) / (high - low || 1);
    image.data.set([level, level, level, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/** A row of small pictures of one size. */
export function tiles(parent: HTMLElement, count: number, size: number, label: string): HTMLCanvasElement[] {
  const made = Array.from({ length: count }, (_, i) => {
    const canvas = element("canvas", { width: size, height: size, class: "pixels", role: "img" });
    canvas.setAttribute("aria-label", `${label} ${i + 1}`);
    return canvas;
  });
  parent.append(...made);
  return made;
}
