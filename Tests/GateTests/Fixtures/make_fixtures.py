#!/usr/bin/env python3
"""Writes statistics.json beside this script: what SciPy computes where the gate computes the same.

How to run it (SciPy 1.11 or later and NumPy; nothing else is needed):

    python3 make_fixtures.py            # writes statistics.json
    python3 make_fixtures.py --check    # compares with the file that is there

- Numbers come from a seeded generator and are multiples of 1/1024, exact in binary and in JSON.
- Signed ranks with ties are counted here by going through all sign patterns, as SciPy's exact mode asks for no ties.
- The bootstrap is compared by its limit: medians of all K^K ways to draw K clusters, each way equally likely.
"""

import itertools
import json
import pathlib
import random
import sys

import numpy
from scipy import special, stats

FILE = pathlib.Path(__file__).resolve().parent / "statistics.json"


def numbers(generator, count, low=-64, high=96):
    return [generator.randint(low, high) / 1024 for _ in range(count)]


def signed_rank(values):
    """P(sum of positive ranks >= the observed one), all sign patterns equally likely."""
    values = [v for v in values if v != 0]
    ranks = stats.rankdata([abs(v) for v in values])
    observed = sum(r for r, v in zip(ranks, values) if v > 0)
    patterns = itertools.product((0, 1), repeat=len(values))
    sums = (sum(r for r, s in zip(ranks, pattern) if s) for pattern in patterns)
    hits = sum(1 for s in sums if s >= observed - 1e-9)
    return hits / 2 ** len(values)


def signed_rank_cases(generator):
    cases = []
    for count in (1, 2, 5, 8, 12, 14):
        values = numbers(generator, count)
        cases.append({"values": values, "p": signed_rank(values)})
    for count in (16, 24, 40):
        values = random.Random(count).sample([i / 1024 for i in range(-60, 120) if i], count)
        magnitudes = [abs(v) for v in values]
        values = [v for v in values if magnitudes.count(abs(v)) == 1]
        p = stats.wilcoxon(values, alternative="greater", method="exact").pvalue
        cases.append({"values": values, "p": float(p)})
    cases.append({"values": [0, 0, 1 / 64, -1 / 64, 2 / 64], "p": signed_rank([1, -1, 2])})
    return cases


def bootstrap_cases(generator):
    cases = []
    for K, n in ((2, 1), (4, 1), (4, 3), (5, 2), (6, 4)):
        clusters = [numbers(generator, n) for _ in range(K)]
        draws = itertools.product(range(K), repeat=K)
        medians = [float(numpy.median([x for k in draw for x in clusters[k]])) for draw in draws]
        t = stats.t.ppf(0.975, K - 1)
        tail = float(stats.norm.cdf(-((K / (K - 1)) ** 0.5) * t))
        error = 4 * (tail / 2000) ** 0.5
        ends = [max(0, tail - error), tail + error]
        cases.append(
            {
                "clusters": clusters,
                "center": float(numpy.median([x for c in clusters for x in c])),
                "tail": tail,
                # Four standard errors of a share of 2000 draws around each end.
                "low": numpy.quantile(medians, ends).tolist(),
                "high": numpy.quantile(medians, [1 - end for end in reversed(ends)]).tolist(),
            }
        )
    return cases


def main():
    generator = random.Random(20)
    adjusted = [[0.01], [0.2, 0.001, 0.04, 0.04, 0.9], [1.0, 1.0, 1.0], [generator.random() ** 3 for _ in range(39)]]
    data = {
        "normal": [[z, float(special.ndtr(z))] for z in (-8, -3.1, -1, 0, 0.5, 1.96, 5)],
        "normalQuantile": [[p, float(special.ndtri(p))] for p in (1e-12, 0.00032, 0.025, 0.5, 0.8, 0.999)],
        "student": [
            [t, df, float(stats.t.cdf(t, df))] for t in (-30, -2.2, -0.3, 0, 1, 4.5) for df in (1, 2, 7, 13, 200)
        ],
        "studentQuantile": [
            [p, df, float(stats.t.ppf(p, df))] for p in (0.0005, 0.025, 0.6, 0.975) for df in (1, 2, 5, 13, 100)
        ],
        "proportion": [
            [k, n, *map(float, stats.binomtest(k, n).proportion_ci(0.95, method="exact"))]
            for k, n in ((0, 1), (0, 3000), (1, 40), (13, 39), (38, 40), (3000, 3000))
        ],
        "adjusted": [[p, stats.false_discovery_control(p, method="bh").tolist()] for p in adjusted],
        "signedRank": signed_rank_cases(generator),
        "bootstrap": bootstrap_cases(generator),
    }
    text = json.dumps(data, indent=None, separators=(",", ":")).replace('],"', '],\n"') + "\n"
    if "--check" in sys.argv:
        assert json.loads(FILE.read_text()) == data, f"{FILE.name} differs"
    else:
        FILE.write_text(text)


main()
