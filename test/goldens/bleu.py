"""Writes bleu.json: BLEU of small corpora by NLTK (Debian package python3-nltk).

    python3 test/goldens/bleu.py
"""
import json
import os
import random
import warnings

from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

warnings.simplefilter("ignore")  # NLTK warns of what smoothing is there for.
smoothing = SmoothingFunction()
METHODS = {"none": smoothing.method0, "epsilon": smoothing.method1, "addOne": smoothing.method2}
WEIGHTS = [[0.25, 0.25, 0.25, 0.25], [0.5, 0.5], [1.0], [0.1, 0.2, 0.7]]

SENTENCES = [
    (["the cat is on the mat", "there is a cat on the mat"], "the the the the the the the"),
    (["the boat lies at the quay", "a boat is moored at the quay"], "the boat is at the quay"),
    (["a b c d e f g"], "a b c d e f g"),
    (["a b c d e f g"], "a b c d"),
    (["a b c d"], "a b c x d e f g h"),
    (["a b c d e f", "a b"], "a b c d"),
    (["x"], "x"),
    (["x y z"], "q r s"),
    (["x y z"], "y x z y"),
]


def noisy(rng, words):
    out = []
    for word in words:
        dice = rng.random()
        if dice < 0.1:
            continue
        out.append(rng.choice("abcdefgh") if dice < 0.25 else word)
    return out or ["a"]


def main():
    rng = random.Random(7)
    corpora = [[(refs, hyp)] for refs, hyp in SENTENCES] + [SENTENCES]
    for size in (3, 12):
        corpus = []
        for _ in range(size):
            words = [rng.choice("abcdefgh") for _ in range(rng.randrange(2, 14))]
            refs = [noisy(rng, words) for _ in range(rng.randrange(1, 4))]
            corpus.append(([" ".join(r) for r in refs], " ".join(noisy(rng, words))))
        corpora.append(corpus)
    cases = []
    for corpus in corpora:
        references = [[r.split() for r in refs] for refs, _ in corpus]
        hypotheses = [hyp.split() for _, hyp in corpus]
        for weights in WEIGHTS:
            scores = {name: float(corpus_bleu(references, hypotheses, weights, f)) for name, f in METHODS.items()}
            cases.append({"references": [r for r, _ in corpus], "hypotheses": [h for _, h in corpus],
                          "weights": weights, "scores": scores})
    path = os.path.join(os.path.dirname(__file__), "bleu.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join("  " + json.dumps(c) for c in cases) + "\n]\n")


main()
