"""One sentence for each way to fail: the same in the notebook and in the grader."""

from dataclasses import replace
from functools import partial

import pytest

from autograder.agents.evaluation import train_and_score
from autograder.agents.learning_check import RandomRewardTest
from autograder.agents.verdict import judge_agent, judge_score, not_learning, shown_score
from autograder.agents.world import GradedWorld
from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.results import CheckResult, EvaluationResult, TaskResult
from autograder.units import unit_named
from autograder.worker.local import LocalStudent
from tests.autograder.array_agents import SHORT

AGENTS = """
import numpy as np
from helpers import AbstractAgent

class Net:
    def __init__(self):
        self.weights = [np.array([[1, -1], [2, -2], [3, -3], [4, -4]], np.float32)]
    def __call__(self, observation):
        return observation @ self.weights[0]
    def get_weights(self):
        return self.weights
    def set_weights(self, weights):
        self.weights = weights

class Agent(AbstractAgent):
    net = Net()
    def __init__(self, lr=0.1):
        pass
    def act(self, observation, explore=True):
        return self.net(observation).argmax(axis=1)

def agent(**methods):
    return type("Changed", (Agent,), methods)()

def nothing_returned(): Agent()
def the_class(): return Agent
def wrong_keyword(): return Agent(learning_rate=0.1)
def unsolved(): raise NotImplementedError()
def no_net(): return agent(act=lambda self, x, explore=True: np.ones(len(x), int), net=None)
def by_hand(): return agent(act=lambda self, x, explore=True: (x[:, 2] > 0).astype(int))
def floats(): return agent(act=lambda self, x, explore=True: np.zeros(len(x)))
def truths(): return agent(act=lambda self, x, explore=True: x[:, 2] > 0)
def columns(): return agent(act=lambda self, x, explore=True: np.zeros((len(x), 1), int))
def negative(): return agent(act=lambda self, x, explore=True: np.full(len(x), -1))
def too_large(): return agent(act=lambda self, x, explore=True: np.full(len(x), 2))
def raises(): return agent(train=lambda self, t: t.observations)
def weights_that_are_none(): return agent(get_weights=lambda self: 3)
def learns_nothing(): return agent(net=Net())
def the_same_again(made=[]): made[:] = made or [Agent()]; return made[0]
def one_network(): return Agent()
def good_enough(): return Agent()
"""
#: Which mistake each of them is, and what its sentence must say.
SAID = {
    "nothing_returned": ("raises_an_error", "nothing_returned() must return an agent", "(None)"),
    "the_class": ("raises_an_error", "Agent is the class itself: make one", "Agent(...)"),
    "wrong_keyword": ("raises_an_error", "unexpected keyword argument", "learning_rate"),
    "unsolved": ("not_solved", "Waits for your other exercises", "Solve them first"),
    "no_net": ("network_does_not_decide", "has no network with weights", "self.net"),
    "by_hand": ("network_does_not_decide", "not what `agent.net` rates best", "nothing else"),
    "floats": ("raises_an_error", "whole numbers, not float64", "dtype=int"),
    "truths": ("raises_an_error", "whole numbers, not bool", "Run the cell"),
    "columns": ("raises_an_error", "one action for each row", "(2, 1)"),
    "negative": ("no_such_action", "-1 to -1", "actions 0 to 1"),
    "too_large": ("no_such_action", "2 to 2", "Look at what `act` returns"),
    "raises": ("raises_an_error", "AttributeError", "observations"),
    "weights_that_are_none": ("raises_an_error", "get_weights must return a list of arrays", ""),
    "learns_nothing": ("does_not_reinforce", "On average it was 0.00", "Look at the loss"),
    "the_same_again": ("agent_not_new", "returned the same agent both times", "make a new agent"),
    "one_network": ("agent_not_new", "`agent.net` is one and the same", "network of its own"),
}
EASY = replace(SHORT, threshold=5.0)


def judged(student, factory):
    rule = replace(EASY, factory=factory)
    if factory in ("learns_nothing", "the_same_again", "one_network"):
        rule = replace(rule, learning_test=RandomRewardTest(agents=2))
    return judge_agent("unit/agent", rule, partial(train_and_score, rule, student), (5, 6))


@pytest.fixture(scope="module")
def here():
    namespace = {}
    exec(AGENTS, namespace)
    return LocalStudent(namespace, None)


@pytest.fixture(scope="module")
def there():
    answer = Submission((SubmittedCell("cell", "code", AGENTS, runs=True),))
    with Session(answer, None, sandboxed=True) as session:
        yield lambda factory: session.ask(lambda student: judged(student, factory), 60)


@pytest.mark.parametrize("factory", SAID)
def test_each_way_to_fail_has_a_name_a_cause_and_something_to_try(here, factory):
    mistake, *said = SAID[factory]
    verdict = judged(here, factory)
    (check,) = verdict.task.checks

    assert verdict.task.points == 0 and verdict.evaluation.mean is None
    assert check.mistake == mistake
    for part in said:
        assert part in check.message


@pytest.mark.parametrize("factory", [*SAID, "good_enough"])
def test_notebook_and_grader_say_the_same(here, there, factory):
    here_, there_ = judged(here, factory).task, there(factory).task

    assert (there_.points, there_.max_points) == (here_.points, here_.max_points)
    assert [check.mistake for check in there_.checks] == [check.mistake for check in here_.checks]
    messages = [
        [(check.message or "").split(" In line")[0] for check in task.checks]
        for task in (here_, there_)
    ]
    assert messages[0] == messages[1]


def test_who_reaches_the_threshold_gets_all_points(here):
    verdict = judged(here, "good_enough")

    assert verdict.task.points == verdict.task.max_points == EASY.points
    assert [check.message for check in verdict.task.checks] == [None]


def test_a_fault_that_is_not_the_students_is_passed_on(here):
    def broken(seed):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        judge_agent("unit/agent", EASY, broken, (1,))


@pytest.mark.parametrize(
    ("mean", "threshold", "said"),
    [
        (22.04, 475.0, "scored 22.0 on average over 100 episodes; 475 are needed"),
        (474.96, 475.0, "scored 474.96 on"),
        (0.68, 0.7, "scored 0.68 on average over 100 episodes; 0.7 are needed"),
        (0.0, 0.7, "scored 0.0 on"),
        (-13.2, -13, "scored -13.2 on average over 100 episodes; -13 are needed"),
    ],
)
def test_score_and_threshold_are_shown_so_that_the_difference_is_seen(mean, threshold, said):
    lake = replace(EASY, threshold=threshold, world=GradedWorld.of("FrozenLake-v1"))
    result = judge_score("unit/agent", lake, EvaluationResult(100, mean, threshold, (1,), (mean,)))

    assert result.points == 0
    assert said in result.checks[0].message


def test_the_score_of_one_episode_is_no_average():
    result = judge_score("unit/agent", EASY, EvaluationResult(1, -200.0, -13, (1,), (-200.0,)))

    assert result.checks[0].message.startswith("Your agent scored -200.0; ")


@pytest.mark.parametrize(
    ("score", "shown"), [(475.0, "475.0"), (474.99999, "474.99999"), (12.345, "12.3")]
)
def test_a_score_below_the_threshold_is_never_shown_as_the_threshold(score, shown):
    assert shown_score(score, 475.0) == shown


RULE = unit_named("policy_network").agent


def earned(points, mistake="step_missing"):
    checks = (CheckResult("learns", bool(points), None if points else mistake),)
    return [TaskResult("little/other", 0, 1, ()), TaskResult("little/update", points, 3, checks)]


def test_an_agent_is_not_trained_where_the_task_in_which_it_learns_has_earned_nothing():
    rule = replace(RULE, learns_in=("update",))

    verdict = not_learning("little/agent", rule, earned(0))

    (check,) = verdict.task.checks
    assert (verdict.task.points, verdict.evaluation.mean) == (0, None)
    assert check.mistake == "does_not_learn_yet" and "little/update" in check.message


def test_where_that_task_is_not_solved_the_agent_waits_for_it():
    rule = replace(RULE, learns_in=("update",))

    (check,) = not_learning("little/agent", rule, earned(0, "not_solved")).task.checks

    assert check.mistake == "not_solved" and "NotImplementedError" in check.message


@pytest.mark.parametrize("learns_in, points", [(("update",), 1), ((), 0)])
def test_otherwise_it_is_trained(learns_in, points):
    assert not_learning("little/agent", replace(RULE, learns_in=learns_in), earned(points)) is None
