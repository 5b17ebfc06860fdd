/** A score on the data that a run is watched by; once the run is judged at its end, on those of the test as well. */
export const scoreText = (watched: string | undefined, test?: string): string =>
  [watched === undefined ? "" : `${watched} watched`, test === undefined ? "" : `${test} in the test`]
    .filter(Boolean)
    .join(", ");
