// What pages say when something goes wrong.

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether it is a file that is wrong, and nothing else. */
export const isOfFile = (error: unknown): boolean => error instanceof Error && error.name === "CheckpointError";

/** @param lost why the device is gone, if it is: whatever fails then fails because of it */
export function troubleText(error: unknown, lost: string | undefined): string {
  const text = error instanceof Error ? error.message : String(error);
  if (isOfFile(error)) return `This file cannot be loaded: ${text.split(/\n\s*missing:/)[0]}`;
  return lost ? `${lost}\nNo other device was found. Press Reset to start anew.` : text;
}
