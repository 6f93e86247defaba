"""Worked examples about playing and watching: the loop and a rule."""

from autograder.checks.worked_example import WorkedExample

LOOP = WorkedExample(
    """\
An episode in a world with the observations A, B, C:
  reset:  A
  rule(A): step gives B, reward 2, goes on          score 2
  rule(B): step gives C, reward 0, goes on          score 2 + 0 = 2
  rule(C): step gives D, reward 5, terminated       score 2 + 0 + 5 = 7
The rule saw A, B, C: the newest observation each time. The last reward counts, too.
It ends when it is terminated *or* truncated, and the next one begins with a reset."""
)

RULE = WorkedExample(
    """\
A ball lies at 3 m, to the right of its goal at 0, and it rolls to the left with 4 m/s.
  where it is:                3, so push left?
  where it is in one second:  3 - 4 = -1, on the other side, so push right
Looking at the place alone comes too late. Place + velocity * time says where it will be.
The answer is a whole number:  int(True) is 1,  int(False) is 0."""
)
