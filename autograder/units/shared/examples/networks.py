"""Worked examples about networks: layers, softmax, masks, copies, and saving."""

from autograder.checks.worked_example import WorkedExample

LAYERS = WorkedExample(
    """\
A tiny network with one input, two hidden units and one output, for x = 2:
  hidden layer:  3 * 2 - 1 = 5  and  -1 * 2 + 1 = -1
  ReLU:          max(5, 0) = 5  and  max(-1, 0) = 0
  output:        2 * 5 + 4 * 0 + 1 = 11
Without the ReLU it would be  2 * 5 + 4 * -1 + 1 = 7.
With a ReLU after the last layer, every output below 0 would become 0."""
)

SOFTMAX = WorkedExample(
    """\
Two rows of logits, for three actions:
  row 0:  2  1  0
  row 1:  0  0  0
Softmax looks at each row by itself. For row 0:
  exp(2) = 7.389,  exp(1) = 2.718,  exp(0) = 1
  7.389 + 2.718 + 1 = 11.107
  7.389 / 11.107 = 0.665,  2.718 / 11.107 = 0.245,  1 / 11.107 = 0.090
  0.665 + 0.245 + 0.090 = 1.000
In row 1 all logits are equal, so each action gets 1 / 3 = 0.333.
Along the other dimension each *column* would sum to one.""",
    (
        "each_row_sums_to_one", "softmax_over_the_batch", "no_softmax", "log_softmax",
        "softmax_twice",
    ),
)  # fmt: skip

TWO_HEADS = WorkedExample(
    """\
Three observations go through a hidden layer of 32 units, shape (3, 32). From there:
  policy head:  (3, 32) to (3, 2), then softmax: one probability for each action
  critic head:  (3, 32) to (3, 1): one value in each row
The value is a column of shape (3, 1). Without its last dimension it has shape (3,):
  [[7.5], [-0.2], [31.0]]  becomes  [7.5, -0.2, 31.0]
It can be any number: no ReLU, no softmax. Both heads start from the same hidden layer."""
)

MASK = WorkedExample(
    """\
Two rows, three actions. The network's values and the mask, with a 1 at the chosen action:
  values:  4   7  -2      mask:  0  1  0
           5   1   3             1  0  0
  values times mask:
           0   7   0
           5   0   0
Row 0 learns about action 1, row 1 about action 0. Say that the targets are 6 and 8:
  wanted outputs:
           0   6   0
           8   0   0
Where the mask is 0, both are 0. The error there is 0 too, so nothing is learned.
To put each target into its own row, make the targets a column: (2,) becomes (2, 1)."""
)

MASK_OUTPUT = WorkedExample(
    """\
The last layer's values for two observations, and a mask for each:
  values:  4   7  -2      mask:  0  1  0      output:  0   7   0
           5   1   3             1  1  1               5   1   3
Each value is multiplied by its number of the mask:  7 * 1 = 7,  4 * 0 = 0.
With a mask of ones, all values stay as they are.""",
    ("the_mask_silences_the_other_actions", "mask_ignored"),
)

COPY = WorkedExample(
    """\
Two networks with one weight each: net has w = 5, target_net has w = 2.
  after the copy:             net 5, target_net 5
  net learns and moves on:    net 6, target_net 5
The target network has taken the numbers, but it is a network of its own.
  target_net = net            one network with two names: when net learns, both move
  net gets target's weights   net 2: everything learned is lost"""
)

SOFT_UPDATE = WorkedExample(
    """\
A weight of the target network is 2, the same weight of the network is 10, and tau = 0.25.
It moves by a quarter of the way, from 2 towards 10:
  2 + 0.25 * (10 - 2) = 4
  or, which is the same:  0.25 * 10 + (1 - 0.25) * 2 = 4
Once more:
  4 + 0.25 * (10 - 4) = 5.5
With tau and 1 - tau exchanged, the first step gives  0.75 * 10 + 0.25 * 2 = 8.
The network itself keeps its 10. The new number goes *into* the old parameter."""
)

SAVING = WorkedExample(
    """\
A counter and a weight, saved and loaded (an example without a network):
  saved = {"count": counter.count, "weight": counter.weight}
  ... the program ends; later, a new counter begins with count 0 and weight 1 ...
  other.count = saved["count"]
  other.weight = saved["weight"]
Each line of the first part has its partner in the second. What has none is lost.
A dictionary that is only read changes nothing: put its values into the agent."""
)
