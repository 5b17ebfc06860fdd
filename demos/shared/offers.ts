// The files that a page offers.
import { download, toCsv } from "./dom";
import type { PageParts } from "./pageParts";

/** The run's numbers, a row a step. */
export function offerTable(parts: PageParts): void {
  const { columns, rows } = parts.table();
  download(`${parts.name}.csv`, toCsv(columns, rows), "text/csv");
}

/** The whole run. */
export async function offerCheckpoint(parts: PageParts): Promise<void> {
  download(`${parts.name}.safetensors`, (await parts.checkpoint()) as Uint8Array<ArrayBuffer>);
}
