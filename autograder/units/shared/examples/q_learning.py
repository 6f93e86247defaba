"""Worked examples about Q-learning: memory, exploration, targets, losses."""

from autograder.checks.worked_example import WorkedExample

RING = WorkedExample(
    """\
A ring with room for 5 rows, and steps that come in threes:
  push a, b, c:  rows 0, 1, 2:    a b c . .    position 3, size 3
  push d, e, f:  rows 3, 4, 0:    f b c d e    position 1, size 5
The row after the last one is row 0 again:  (3 + 2) % 5 = 0.
The next position is  (3 + 3) % 5 = 1. The size stays at  min(3 + 3, 5) = 5.
f took the place of a, the oldest. After the first push only rows 0 to 2 may be drawn."""
)

EQUALLY_OFTEN = WorkedExample(
    """\
Five filled rows, and 1,000 draws. Each row should come about  1000 / 5 = 200  times.
  every draw is new:           the rows 3, 0, 3, 4 are a fine batch of four
  neighbours only (2, 3, 4):   steps of one episode look alike and teach little
  randint(4):                  draws 0, 1, 2 or 3, so the last row never comes""",
    ("samples_all_equally_often", "neighbours", "not_uniform", "some_never_sampled"),
)

EXPONENTIAL_EPSILON = WorkedExample(
    """\
From start = 1 to end = 0.2 with decay = 100:
  step 0:      0.2 + (1 - 0.2) * exp(0 / 100) = 1
  step 100:    0.2 + (1 - 0.2) * exp(-100 / 100) = 0.494
  step 500:    0.2 + (1 - 0.2) * exp(-500 / 100) = 0.205
What is above the end shrinks, not the whole: it never falls below 0.2.
With a plus in the exponent, step 100 gives  0.2 + (1 - 0.2) * exp(100 / 100) = 2.375."""
)

LINEAR_EPSILON = WorkedExample(
    """\
From start = 1 to end = 0.2 in 400 steps:
  step 0:     1
  step 100:   a quarter of the way,  1 + (0.2 - 1) * 100 / 400 = 0.8
  step 400:   1 + (0.2 - 1) * 400 / 400 = 0.2
  step 900:   still 0.2. The line itself goes on:  1 + (0.2 - 1) * 900 / 400 = -0.8."""
)

EPSILON_GREEDY = WorkedExample(
    """\
Four rows, two actions, and epsilon = 0.25:
  values     greedy    drawn number   below 0.25?   action
  3   1      0         0.70           no            0, greedy
  2   9      1         0.10           yes           at random: 0 or 1
  5   4      0         0.93           no            0, greedy
  0   6      1         0.31           no            1, greedy
Each row has a number of its own. The greedy action is a place in the row, not a value.
A random action may be the greedy one, too. So with two actions the greedy one is taken in
  1 - 0.25 + 0.25 / 2 = 0.875  of all cases."""
)

TARGETS = WorkedExample(
    """\
Two steps, and gamma = 0.5:
  reward   values of the next state   did the episode terminate?
  3        8   6                      no
  3        8   6                      yes
The first goes on, so the best next value counts:  3 + 0.5 * max(8, 6) = 7
The second has ended. What comes after it is worth nothing:  3 + 0.5 * 0 = 3
The reward counts in both. The largest value is looked for in each *row*."""
)

DOUBLE_TARGETS = WorkedExample(
    """\
One step that goes on, reward = 1, gamma = 0.5. Values of the next state:
  net:          4   7
  target_net:   6   2
  net chooses:        7 is its largest value, so action 1
  target_net judges:  its value of action 1 is 2
  target:             1 + 0.5 * 2 = 2
Plain Q-learning would take the largest value of target_net:  1 + 0.5 * max(6, 2) = 4."""
)

NO_GRADIENT = WorkedExample(
    """\
A prediction of 2, a target of 5. The loss should pull the prediction up to the target.
If a gradient flows through the target, the loss also pulls the target down:
  error:  5 - 2 = 3.  Both move by 1:  4 - 3 = 1
It looks like learning, but the target was pulled away from what the reward says.""",
    ("no_gradient_through_the_target", "gradient_through_the_target"),
)

HUBER = WorkedExample(
    """\
Two steps. The values of both actions, the action that was taken, and the target:
  values     action   target   error
  4    9     0        4.5      4 - 4.5 = -0.5
  1    5     1        8        5 - 8 = -3
Below 1 it is half the square:       0.5 * 0.5 * 0.5 = 0.125
From 1 on it is the distance - 0.5:  3 - 0.5 = 2.5
Mean:  (0.125 + 2.5) / 2 = 1.3125
The other values, 9 and 1, do not count. Shapes: values (2,) minus targets (2,) is (2,).
A column (2, 1) minus a row (2,) is a whole table (2, 2)."""
)

UPDATE_STEP = WorkedExample(
    """\
Two networks with one weight each: net has w = 4, and target_net has w = 1.
Say that the target, computed with target_net, is 3, and the loss is (w - 3) squared.
  gradient:     2 * (4 - 3) = 2
  clipped:      between -1 and 1, so min(2, 1) = 1
  step (0.5):   4 - 0.5 * 1 = 3.5
Only net has moved: target_net is still 1. It follows now and then, or a little each time.
Order: forget old gradients, compute new ones, clip, step. After the step it is too late."""
)

EVERY_FEW_TURNS = WorkedExample(
    """\
Four cart poles, 20 steps to wait, one batch in every 3 turns, a copy every 2 batches:
  turn 1:  1 * 4 = 4 steps       turn 5:   5 * 4 = 20 steps, so learning may begin
  turn 6:  6 % 3 = 0, batch 1    turn 7:   7 % 3 = 1, no batch
  turn 9:  9 % 3 = 0, batch 2    then      2 % 2 = 0, so the target network gets its copy
Steps, turns and batches are three counters. Each rule asks one of them.""",
    (
        "waits_until_the_memory_is_filled", "learns_in_every_few_turns", "target_network_follows",
        "starts_too_early", "starts_too_late", "wrong_interval", "wrong_replay_interval",
    ),
)  # fmt: skip

COLUMNS = WorkedExample(
    """\
Three steps, each a tuple (observation, action, reward):
  (o1, 0, 1.0), (o2, 1, 1.0), (o3, 1, 0.0)
Turned around, they are three columns with three rows each:
  (o1, o2, o3), (0, 1, 1), (1.0, 1.0, 0.0)
As arrays they have the shapes (3, 4), (3,) and (3,): every first dimension is the batch.
Each target belongs to one row: reward, next observation and end of the same row."""
)
