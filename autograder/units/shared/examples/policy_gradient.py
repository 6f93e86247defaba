"""Worked examples about policy gradients: sampling, returns, advantages, losses."""

from autograder.checks.worked_example import WorkedExample

SAMPLING = WorkedExample(
    """\
Two cart poles, so two rows of probabilities for the actions 0 and 1:
  row 0:  0.9  0.1
  row 1:  0.3  0.7
Each row draws for itself. Say that both draw action 0:
  row 0:  log(0.9) = -0.105
  row 1:  log(0.3) = -1.204
Each log-probability belongs to the action that was *drawn*. In row 1 that was not the
likeliest one, which has  log(0.7) = -0.357.
In 100 draws row 1 chooses action 1 about 0.7 * 100 = 70 times, not always."""
)

RETURNS = WorkedExample(
    """\
Three rewards, 2, 0 and 4, with gamma = 0.5. Begin at the end:
  last step:    4
  step before:  0 + 0.5 * 4 = 2
  first step:   2 + 0.5 * 2 = 3
In the order of the rewards, the returns are 3, 2, 4.
Check the first one in one go:  2 + 0.5 * 0 + 0.5 * 0.5 * 4 = 3."""
)

WHOLE_REWARDS = WorkedExample(
    """\
The rewards 1 and 1 are whole numbers, but with gamma = 0.5 the first return is not:
  1 + 0.5 * 1 = 1.5
A tensor that is made of whole numbers holds whole numbers: 1.5 would become 1.
  torch.tensor([1, 1])                        holds whole numbers
  torch.tensor([1, 1], dtype=torch.float32)   holds floats""",
    ("integer_rewards", "integer_returns"),
)

NORMALISE = WorkedExample(
    """\
Three returns: 2, 4 and 9.
  mean:  (2 + 4 + 9) / 3 = 5
  minus the mean:  2 - 5 = -3,  4 - 5 = -1,  9 - 5 = 4
  variance:  ((-3) * (-3) + (-1) * (-1) + 4 * 4) / 3 = 8.667
  standard deviation:  sqrt(8.667) = 2.944
  -3 / 2.944 = -1.019,  -1 / 2.944 = -0.340,  4 / 2.944 = 1.359
Together they are 0 again:  -1.019 - 0.340 + 1.359 = 0.000"""
)

NORMALISE_EQUAL = WorkedExample(
    """\
Three equal returns: 4, 4 and 4. The mean is 4, and all differences are 0.
  standard deviation:  sqrt(0 / 3) = 0
0 divided by 0 is nan. With a tiny number added to the divisor the result is what we want:
  0 / (0 + 0.0000001) = 0""",
    ("equal_returns_stay_finite",),
)

POLICY_LOSS = WorkedExample(
    """\
Two steps. The first went well (return 3), the second badly (return -1).
  probabilities of what was done:  0.5 and 0.25
  log-probabilities:  log(0.5) = -0.693,  log(0.25) = -1.386
  each step:  -3 * -0.693 = 2.079,  -(-1) * -1.386 = -1.386
  sum:   2.079 - 1.386 = 0.693
  mean:  0.693 / 2 = 0.347
Is the sign right? Make the good action likelier, 0.6 in the place of 0.5:
  -3 * log(0.6) = 1.532
1.532 is less than 2.079. A likelier good action makes the loss smaller, as it should."""
)

ADVANTAGE = WorkedExample(
    """\
Three steps. What came (the return), and what the critic had expected (the value):
  returns:  10   6   2
  values:    8   6   5
  10 - 8 = 2:   better than expected, so this action becomes likelier
  6 - 6 = 0:    just as expected
  2 - 5 = -3:   worse than expected, so this action becomes rarer
The values only serve as numbers to compare with. Cut from the network, they keep the
policy's loss from changing what the critic says."""
)

ACTOR_CRITIC_LOSSES = WorkedExample(
    """\
Two steps with the log-probabilities -0.5 and -2, the advantages 4 and -1,
the values 3 and 7, and the returns 7 and 6.5.
The actor: minus log-probability times advantage, then the mean:
  -(-0.5) * 4 = 2,  -(-2) * (-1) = -2
  (2 + -2) / 2 = 0
The critic: how far are its values from the returns?
  3 - 7 = -4:     4 is more than 1, so  4 - 0.5 = 3.5
  7 - 6.5 = 0.5:  less than 1, so half the square,  0.5 * 0.5 * 0.5 = 0.125
  (3.5 + 0.125) / 2 = 1.8125
The advantages belong to the first loss, the returns to the second."""
)

OPTIMIZER_STEP = WorkedExample(
    """\
One weight w = 4, the loss w * w, the gradient 2 * w, and the learning rate 0.1.
  gradient:  2 * 4 = 8
  step:      4 - 0.1 * 8 = 3.2
The loss was  4 * 4 = 16  and is now  3.2 * 3.2 = 10.24, so the step went downhill.
The next gradient is  2 * 3.2 = 6.4. If the old one was not forgotten, both add up:
  8 + 6.4 = 14.4,  3.2 - 0.1 * 14.4 = 1.76   in the place of   3.2 - 0.1 * 6.4 = 2.56
So a step has three parts: forget old gradients, compute new ones, move the weights."""
)

ENDINGS = WorkedExample(
    """\
Four cart poles after one step:
  terminated:  true   false  false  false     the pole fell
  truncated:   false  false  true   false     the time was up
  ended:       true   false  true   false     one *or* the other
Two of them have ended, and two go on: 4 - 2 = 2.
With *and* in the place of *or*, none would ever end: none ends in both ways at once.""",
    (
        "an_episode_cut_by_the_time_limit_ends_too", "not_both_at_once", "one_flag_for_all",
        "only_terminated", "both_needed", "only_truncated",
    ),
)  # fmt: skip
