/**
 * Perplexity of a language model, `e^loss`: among how many equally likely tokens it is as unsure.
 * @param meanLoss cross-entropy in nats a token
 */
export const perplexity = (meanLoss: number): number => Math.exp(meanLoss);

/**
 * Bits a character, `loss / ln 2`. For a model of other tokens than characters pass how many characters a token has.
 * @param meanLoss cross-entropy in nats a token
 * @param charactersPerToken default 1
 */
export const bitsPerCharacter = (meanLoss: number, charactersPerToken = 1): number =>
  meanLoss / Math.LN2 / charactersPerToken;
