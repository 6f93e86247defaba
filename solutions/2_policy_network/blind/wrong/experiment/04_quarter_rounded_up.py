# believed: a quarter of five is 1.25, so two scores go at each end
# truth: the quarter is rounded up to two scores at each end, so the middles are the medians
def experiment():
    """Return the dictionary with your two answers."""
    greedy = {
        0.003: [111, 82, 116, 106, 59],
        0.03: [334, 460, 249, 212, 249],
        0.3: [59, 74, 131, 153, 79],
    }
    training = {
        0.003: [35.9, 33.8, 36.0, 38.4, 36.2],
        0.03: [98.2, 113.6, 135.8, 94.1, 98.6],
        0.3: [88.3, 95.8, 144.2, 94.6, 56.8],
    }

    def middle(scores):
        cut = int(np.ceil(len(scores) / 4))
        return np.mean(sorted(scores)[cut : len(scores) - cut])

    def misled(a, b):
        return sum(x > y for x in a for y in b)

    return {
        "middles": [middle(greedy[rate]) for rate in (0.003, 0.03, 0.3)],
        "misled": [
            misled(training[0.3], training[0.03]),
            misled(greedy[0.3], greedy[0.03]),
            misled(greedy[0.3], greedy[0.003]),
        ],
    }
