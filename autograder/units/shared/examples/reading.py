"""Worked examples for questions in parts, and for the agent that learns from one episode."""

from autograder.checks.worked_example import WorkedExample

PARTS = WorkedExample(
    """\
A question about other things, with three parts. Its answer is one dictionary:
  def colours():
      return {"sums": [3, 5.5], "red_rows": [0, 2], "match": "cab"}
"sums" are numbers, in the order of the question: 1 + 2 = 3, then 2 + 3.5 = 5.5.
"red_rows" are numbers of rows; the first row is row 0.
"match" has a letter for each thing, in the order of the question. No letter comes twice.
For curves, look at three things before you choose: where a curve ends, whether it is
above or below acting at random, and how wide its band is."""
)

INTERQUARTILE_MEAN = WorkedExample(
    """\
Five scores: 40, 10, 30, 90 and 20. Sorted: 10, 20, 30, 40, 90.
A quarter of five is 5 / 4 = 1.25, rounded down 1: leave out one at each end.
  interquartile mean:  (20 + 30 + 40) / 3 = 30
  plain mean:          (10 + 20 + 30 + 40 + 90) / 5 = 38
One lucky training moves the plain mean, not the other.""",
    ("middles",),
)

PAIRS = WorkedExample(
    """\
Two trainings of A scored 10 and 30, two of B scored 20 and 40. There are 2 * 2 = 4 pairs.
  A 10, B 20: B is higher      A 30, B 20: A is higher
  A 10, B 40: B is higher      A 30, B 40: B is higher
A is higher in 1 of 4 pairs. Who trains once with each is misled as often: 1 / 4 = 0.25.""",
    ("misled",),
)

INTERVAL = WorkedExample(
    """\
A difference of 12 with the interval from 3 to 21: all of it is above 0, so it is shown.
A difference of 80 with the interval from -5 to 160: 0 lies between, so it is not shown.
A difference of -9 with the interval from -15 to -2: all of it is below 0: shown.""",
    ("shown",),
)

ONE_EPISODE = WorkedExample(
    """\
An episode of three steps, with the rewards 1, 1 and 1 (other names than in the exercise):
  start:   kept = [],  rewards = []
  step 0:  act keeps log pi(a_0),  train keeps the reward: 1 reward,  not over: wait
  step 1:  act keeps log pi(a_1),  train keeps the reward: 2 rewards, not over: wait
  step 2:  act keeps log pi(a_2),  train keeps the reward: 3 rewards, over: learn once
Learning uses all three: 3 log-probabilities in one tensor, 3 returns, 1 loss, 1 step.
The next episode starts with empty lists: 0 rewards, not 3."""
)
