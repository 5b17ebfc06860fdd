/**
 * Perplexity of a language model, `e^loss`: a choice among that many equally likely tokens would be as uncertain.
 * @param meanLoss cross-entropy in nats per token
 */
export const perplexity = (meanLoss: number): number => Math.exp(meanLoss);

/**
 * Bits per character, `loss / (ln 2 · charactersPerToken)`.
 * @param meanLoss cross-entropy in nats per token
 * @param charactersPerToken mean length of a token; default 1
 */
export const bitsPerCharacter = (meanLoss: number, charactersPerToken = 1): number =>
  meanLoss / Math.LN2 / charactersPerToken;
