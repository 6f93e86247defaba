"""meet_cartpole: the loop of an episode, and a rule of thumb (Barto, Sutton, Anderson 1983)."""

from __future__ import annotations

from autograder.agents.rule import PlayedRule
from autograder.units.meet_cartpole.diagnosis import DIAGNOSIS
from autograder.units.meet_cartpole.on_paper import ON_PAPER
from autograder.units.meet_cartpole.play_episode import PlayEpisodeTask
from autograder.units.meet_cartpole.rule import RULE_THRESHOLD, RuleTask
from autograder.units.unit import Unit

UNIT = Unit(
    name="meet_cartpole",
    title="Meet the cart pole",
    about="the loop of an episode, and a rule of thumb; you also play the game yourself",
    assignment="1_meet_cartpole",
    framework=None,
    tasks=(
        PlayEpisodeTask("meet_cartpole/play_episode"),
        RuleTask("meet_cartpole/rule"),
        ON_PAPER,
        DIAGNOSIS,
    ),
    played=PlayedRule(threshold=RULE_THRESHOLD, environment="CartPole-v1"),
)
