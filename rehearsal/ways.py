"""How the twelve students of a rehearsed term work, and which mark each of them must get."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The points of each unit's exercises, by assignment.
POINTS = {
    "1_meet_cartpole": {"play_episode": 3, "rule": 3, "on_paper": 2, "diagnosis": 1},
    "tabular_q": {
        "q_table": 2, "greedy": 2, "epsilon_greedy": 3, "td_target": 3, "update": 3,
        "q_learning": 4, "agent": 6,
    },
}  # fmt: skip
UNITS = {"1_meet_cartpole": "meet_cartpole", "tabular_q": "tabular_q"}
#: Graded by hand, in the unit 1_meet_cartpole.
QUESTION = "question-learning"
#: An exercise whose check is wrong at first: it takes the right answer for a wrong one.
CORRECTED = "greedy"
ALL = frozenset(name for points in POINTS.values() for name in points)


@dataclass(frozen=True)
class Way:
    """What one student does in both units."""

    solved: frozenset[str] = ALL
    #: Other cells that the student writes, by their names.
    answers: dict[str, str] = field(default_factory=dict)
    #: What the teacher gives for the answer in words.
    by_hand: float = 0.0
    #: Hands in a first version with these alone, and again before the due date.
    first_version: frozenset[str] | None = None
    late: bool = False
    extended: bool = False
    hands_in: bool = True
    renames: bool = False

    def mark(self, assignment: str, *, corrected: bool, by_hand: bool) -> float:
        """The final mark, before or after the correction and the marks by hand."""
        if not self.hands_in or (self.late and not self.extended):
            return 0.0
        solved = self.solved if corrected else self.solved - {CORRECTED}
        earned = sum(points for name, points in POINTS[assignment].items() if name in solved)
        extra = self.by_hand if by_hand and QUESTION in self.answers else 0.0
        return earned + (extra if assignment == "1_meet_cartpole" else 0.0)


FIRST = frozenset({"play_episode", "q_table"})
WORDS = "It follows a rule that somebody wrote. What happens does not change it."

#: By the end of the account's name. Where the agent cannot learn, it is left out as well.
WAYS = {
    "ada": Way(answers={QUESTION: WORDS}, by_hand=1.5),
    "ben": Way(answers={QUESTION: "It learns."}, by_hand=0.0),
    "cleo": Way(solved=FIRST),
    "dan": Way(solved=frozenset()),
    "eve": Way(late=True),
    "finn": Way(late=True, extended=True),
    "gus": Way(first_version=FIRST),
    "hana": Way(
        solved=ALL - {"td_target", "agent"},
        answers={"td_target": "def td_target(*arguments):\n    return 0.0"},
    ),
    "ivo": Way(
        solved=ALL - {"diagnosis", "agent"},
        answers={"diagnosis": "def diagnosis(:", "agent": "def make_agent(:"},
    ),
    "jana": Way(solved=ALL - {"on_paper", "td_target", "q_learning", "agent"}),
    "kim": Way(hands_in=False),
    "lou": Way(renames=True),
}
