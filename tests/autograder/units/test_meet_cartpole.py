"""The loop of an episode and the rule of thumb: right ones earn all, wrong ones get their name."""

from functools import partial

import gymnasium as gym
import numpy as np
import pytest

from autograder.checks.judge import judge
from autograder.units.meet_cartpole import UNIT, on_paper, rule
from autograder.units.meet_cartpole.script import Ending, Script
from autograder.worker.local import LocalStudent
from helpers.agents import AbstractAgent
from helpers.training import mean_score, play_episodes

FALLS = "plays_until_the_pole_falls"
TIME = "plays_until_time_is_up"
AFRESH = "every_episode_starts_afresh"
ANSWERS = "an_action_for_every_observation"
UP = "keeps_the_pole_up_for_100_steps_on_average"
SEEDS = (0, 1, 2)

PLAY = UNIT.task("meet_cartpole/play_episode")
RULE = UNIT.task("meet_cartpole/rule")
ON_PAPER = UNIT.task("meet_cartpole/on_paper")


def right_loop(env, rule, over=any, add=lambda score, reward: score + reward):
    observation, _ = env.reset()
    score, ended = 0.0, False
    while not ended:
        observation, reward, *flags, _ = env.step(rule(observation))
        score = add(score, reward)
        ended = over(flags)
    return score


def recursive(env, rule):
    def play_on(observation):
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        return reward + (0 if terminated or truncated else play_on(observation))

    return play_on(env.reset()[0])


def observation_not_updated(env, rule):
    observation, _ = env.reset()
    return right_loop(env, lambda _: rule(observation))


def last_reward_missing(env, rule):
    observation, _ = env.reset()
    score = 0.0
    while True:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        if terminated or truncated:
            return score
        score += reward


def reset_missing(env, rule):
    return env.step(rule(np.ones(4)))[1]


def reset_not_unpacked(env, rule):
    return env.step(rule(env.reset()))[1]


def four_things_from_step(env, rule):
    observation, _ = env.reset()
    observation, reward, _, _ = env.step(rule(observation))
    return reward


def mean_instead_of_sum(env, rule):
    rewards = []
    right_loop(env, rule, add=lambda _, reward: rewards.append(reward))
    return np.mean(rewards)


def action_two(env, rule):
    return right_loop(env, lambda _: 2)


def first_step_before_the_loop(env, rule):
    observation, _ = env.reset()
    observation, score, _, _, _ = env.step(rule(observation))
    while True:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            return score


class SeededEnv(gym.Wrapper):
    def reset(self, **_):
        return self.env.reset(seed=1)


def plays_elsewhere(env, rule):
    return right_loop(gym.make("CartPole-v1"), rule)


def one_step_late(env, rule):
    observation, _ = env.reset()
    score, over, action = 0.0, False, rule(observation)
    while not over:
        newest, reward, terminated, truncated, _ = env.step(action)
        score, over = score + reward, terminated or truncated
        action, observation = rule(observation), newest
    return score


def carries_its_score_over():
    scores = []

    def play_episode(env, rule):
        scores.append(right_loop(env, rule))
        return sum(scores)

    return play_episode


def resets_each_environment_once():
    known = {}

    def play_episode(env, rule):
        observation = known[env] if env in known else known.setdefault(env, env.reset()[0])
        score, over = 0.0, False
        while not over:
            observation, reward, terminated, truncated, _ = env.step(rule(observation))
            score, over = score + reward, terminated or truncated
        return score

    return play_episode


def scores_the_second_episode_double():
    known = set()

    def play_episode(env, rule):
        score = right_loop(env, rule) * (2 if env in known else 1)
        known.add(env)
        return score

    return play_episode


def played(loop, seed):
    return judge(PLAY, LocalStudent({"play_episode": loop}, None), seed)


def ruled(function, seed=0):
    return judge(RULE, LocalStudent({"rule": function}, None), seed)


def outcomes(result):
    """What the checks that were reached and failed say, by name: mistake and message."""
    return {
        check.check: (check.mistake, check.message)
        for check in result.checks
        if not check.passed and check.mistake != "not_reached"
    }


def test_the_unit_has_four_tasks_of_nine_points():
    assert [(task.name, task.points) for task in UNIT.tasks] == [
        ("meet_cartpole/play_episode", 3),
        ("meet_cartpole/rule", 3),
        ("meet_cartpole/on_paper", 2),
        ("meet_cartpole/diagnosis", 1),
    ]
    assert [
        (check.name, check.points, check.blocking) for check in (*PLAY.checks, *RULE.checks)
    ] == [
        (FALLS, 1, True),
        (TIME, 1, False),
        (AFRESH, 1, False),
        (ANSWERS, 1, True),
        (UP, 2, False),
    ]


def test_a_rule_must_score_100_over_100_episodes_here_and_where_the_grader_plays():
    assert rule.RULE_THRESHOLD == UNIT.played.threshold == 100
    assert rule.RULE_EPISODES == UNIT.played.episodes == 100
    assert UNIT.agent is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "loop",
    [
        right_loop,
        recursive,
        lambda env, rule: np.float64(right_loop(env, rule)),
        lambda env, rule: np.array(right_loop(env, rule)),
        partial(right_loop, add=lambda score, reward: np.float32(score + reward)),
    ],
    ids=["a_loop", "recursive", "numpy_number", "array_without_dimensions", "single_precision"],
)
def test_a_right_loop_earns_all_points(loop, seed):
    result = played(loop, seed)

    assert outcomes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("loop", "mistake", "said"),
    [
        (observation_not_updated, "observation_not_updated", "again and again"),
        (
            partial(right_loop, over=lambda flags: flags[1]),
            "terminated_ignored",
            "(terminated w",
        ),
        (partial(right_loop, over=all), "terminated_ignored", "terminated or truncated"),
        (
            partial(right_loop, add=lambda _, reward: reward),
            "only_the_last_reward",
            "+= reward",
        ),
        (partial(right_loop, over=lambda _: True), "only_the_first_reward", "inside the loop"),
        (last_reward_missing, "last_reward_missing", "counts, too"),
        (partial(right_loop, add=lambda score, _: score + 1), "steps_counted", "differ from 1"),
        (lambda env, _: right_loop(env, lambda _: 0), "rule_not_asked", "rule(observation)"),
        (partial(right_loop, add=lambda *_: None), "nothing_returned", "return score"),
        (reset_missing, "reset_missing", "env.reset()"),
        (reset_not_unpacked, "reset_returns_two_things", "observation, info = env.reset()"),
        (four_things_from_step, "step_returns_five_things", "returns five things"),
        (mean_instead_of_sum, "mean_instead_of_sum", "their sum"),
        (lambda env, rule: [right_loop(env, rule)], "wrong_score", "not a list"),
        (lambda env, rule: np.array([right_loop(env, rule)]), "wrong_score", "yours is (1,)"),
        (lambda env, rule: str(right_loop(env, rule)), "wrong_score", "not a str"),
        (lambda env, rule: float("nan") * right_loop(env, rule), "wrong_score", "Add up all"),
        (lambda env, rule: 3.0, "no_step", "before the first env.step"),
        (plays_elsewhere, "another_environment", "the argument env"),
        (one_step_late, "one_step_late", "one observation behind"),
        (lambda env, rule: rule.predict(env.reset()[0]), "rule_is_a_function", "rule(observation)"),
        (action_two, "raises_an_error", "there is no action 2"),
        (lambda env, rule: {}["unpack"], "raises_an_error", "KeyError"),
    ],
)
def test_a_wrong_loop_gets_no_points_and_its_name(loop, mistake, said, seed):
    result = played(loop, seed)

    assert result.points == 0
    assert [check.passed for check in result.checks] == [False] * 3
    assert result.checks[0].mistake == mistake
    assert said in result.checks[0].message
    assert {check.mistake for check in result.checks[1:]} == {"not_reached"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loop_that_ignores_the_time_limit_fails_wherever_time_is_up(seed):
    result = played(partial(right_loop, over=lambda flags: flags[0]), seed)

    assert {name: mistake for name, (mistake, _) in outcomes(result).items()} == {
        TIME: "truncated_ignored",
    }
    assert "truncated was true" in result.checks[1].message
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loop_that_takes_two_steps_at_least_loses_a_point(seed):
    result = played(first_step_before_the_loop, seed)

    assert outcomes(result).keys() == {TIME}
    assert outcomes(result)[TIME][0] == "terminated_ignored"
    assert result.points == 2


def test_episodes_of_several_lengths_end_in_every_way():
    asked = []

    def play_episode(env, rule):
        asked.append((len(env.rewards), env.terminated, env.truncated))
        return right_loop(env, rule)

    played(play_episode, 0)
    lengths, terminated, truncated = zip(*asked, strict=True)

    assert 1 in lengths and max(lengths) > 200
    assert {(True, False), (False, True), (True, True)} == set(
        zip(terminated, truncated, strict=True)
    )


def capped(env, rule, steps=200):
    observation, _ = env.reset()
    score = 0.0
    for _ in range(steps):
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            break
    return score


def punishes(env, rule, reward_of=lambda reward: -10):
    observation, _ = env.reset()
    score, over = 0.0, False
    while not over:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        over = terminated or truncated
        score += reward_of(reward) if terminated else reward
    return score


def ends_at_the_limits(env, rule):
    """Believes that the pole's angle says when an episode ends."""
    observation, _ = env.reset()
    score = 0
    while abs(observation[0]) <= 2.4 and abs(observation[2]) <= 0.2095:
        observation, reward, *_ = env.step(rule(observation))
        score += reward
    return score


def steps_twice(env, rule):
    observation, _ = env.reset()
    score, over = 0.0, False
    while not over:
        action = rule(observation)
        observation = env.step(action)[0]
        _, reward, terminated, truncated, _ = env.step(action)
        score += reward
        over = terminated or truncated
    return score


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("loop", "check", "mistake", "said"),
    [
        (capped, TIME, "stopped_early", "after 200 steps"),
        (punishes, FALLS, "last_reward_replaced", "replaced by -10"),
        (ends_at_the_limits, FALLS, "stopped_early", "whatever is observed"),
        (steps_twice, FALLS, "several_steps_a_turn", "once in each turn"),
        (partial(right_loop, over=lambda f: f[0] != f[1]), TIME, "not_both_at_once", "!="),
    ],
)
def test_other_loops_are_told_what_they_do(loop, check, mistake, said, seed):
    result = played(loop, seed)

    assert outcomes(result)[check][0] == mistake
    assert said in outcomes(result)[check][1]


def test_a_loop_may_end_where_the_environment_says_that_every_episode_ends():
    def play_episode(env, rule):
        return capped(env, rule, env.spec.max_episode_steps)

    assert played(play_episode, 0).points == 3
    assert played(partial(capped, steps=500), 0).points == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_each_episode_starts_anew_and_asks_the_rule_once_a_step(seed):
    def seeded(env, rule):
        return right_loop(SeededEnv(env), rule)

    def asks_twice(env, rule):
        return right_loop(env, lambda observation: (rule(observation), rule(observation))[0])

    assert outcomes(played(seeded, seed)).keys() == {AFRESH}
    assert outcomes(played(seeded, seed))[AFRESH][0] == "fixed_seed"
    assert outcomes(played(asks_twice, seed)).keys() == {AFRESH}
    assert outcomes(played(asks_twice, seed))[AFRESH][0] == "asked_too_often"
    assert (
        "4 steps your function called the rule 8 times"
        in outcomes(played(asks_twice, seed))[AFRESH][1]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_score_that_goes_on_from_the_episode_before_has_a_name(seed):
    result = played(carries_its_score_over(), seed)

    assert {name: mistake for name, (mistake, _) in outcomes(result).items()} == {
        TIME: "score_carried_over",
        AFRESH: "not_afresh",
    }
    assert "Set it to 0 inside the function" in result.checks[1].message
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loop", [resets_each_environment_once, scores_the_second_episode_double])
def test_only_the_second_episode_in_an_environment_shows_what_is_not_afresh(loop, seed):
    result = played(loop(), seed)

    assert outcomes(result).keys() == {AFRESH}
    assert outcomes(result)[AFRESH][0] == "not_afresh"
    assert "begin anew each time" in outcomes(result)[AFRESH][1]
    assert result.points == 2


@pytest.mark.parametrize(("off", "points"), [(0.9e-4, 3), (3e-2, 0)])
def test_a_score_may_be_off_by_the_last_digits(off, points):
    assert played(lambda env, rule: right_loop(env, rule) + off, 0).points == points


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("steps", [4, 5])
def test_in_a_script_every_typical_mistake_has_a_score_of_its_own(steps, ending):
    for seed in range(100):
        script = Script.draw(np.random.default_rng(seed), steps, ending)
        typical = [float(item.values) for item in script.known_mistakes()]

        assert np.min(np.diff(np.sort([script.right, *typical]))) > 0.01
        assert script.rewards.shape == (steps, 2)
        assert script.ending is ending


@pytest.mark.parametrize("steps", [1, 4, 5])
def test_a_script_asks_for_changing_actions_clearly(steps):
    for seed in range(20):
        script = Script.draw(np.random.default_rng(seed), steps, Ending.TERMINATED)
        first = script.observations[:, 0]

        assert script.observations.shape == (steps + 1, 4)
        assert np.all(np.abs(first) >= 0.1)
        assert [number > 0 for number in first] == ([True, False] * 3)[: steps + 1]


def test_a_script_pays_no_whole_numbers_so_that_counted_steps_show():
    for seed in range(50):
        rewards = Script.draw(np.random.default_rng(seed), 5, Ending.TERMINATED).rewards
        assert np.all(np.abs(rewards - np.round(rewards)) > 0.01)
        assert np.all(np.abs(rewards) < 10)


def balanced(observation):
    return int(observation[2] + observation[3] > 0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function",
    [
        balanced,
        lambda observation: bool(balanced(observation)),
        lambda observation: np.int64(balanced(observation)),
        lambda observation: np.array(balanced(observation)),
        lambda observation: int(observation[3] > 0),
    ],
    ids=["int", "bool", "numpy_integer", "array_without_dimensions", "angular_velocity_alone"],
)
def test_a_rule_that_keeps_the_pole_up_earns_all_points(function, seed):
    result = ruled(function, seed)

    assert outcomes(result) == {}
    assert result.points == 3


class Unknown:
    """Something that is no action."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "said"),
    [
        (lambda observation: None, "nothing_returned", "every branch"),
        (lambda seen: 1 if balanced(seen) else None, "nothing_returned", "at least sometimes"),
        (lambda seen: seen[2] > 0, "truth_instead_of_an_action", "int(...)"),
        (lambda seen: np.array(seen[2] > 0), "truth_instead_of_an_action", "True or False"),
        (lambda seen: 1 if balanced(seen) else -1, "not_an_action", "returned -1."),
        (lambda seen: 2 * balanced(seen), "not_an_action", "returned 2."),
        (lambda seen: float(balanced(seen)), "not_an_action", ".0."),
        (lambda seen: np.float64(1), "not_an_action", "1.0"),
        (lambda seen: "right", "not_an_action", "returned 'right'."),
        (lambda seen: "r" * 50, "not_an_action", f"returned '{'r' * 39}."),
        (lambda seen: np.array([1]), "not_an_action", "an array of shape (1,)."),
        (lambda seen: np.zeros((2, 3)), "not_an_action", "an array of shape (2, 3)."),
        (lambda seen: Unknown(), "not_an_action", "returned a Unknown."),
        (lambda seen: [1], "not_an_action", "returned [1]."),
        (lambda seen: int(seen[4] > 0), "raises_an_error", "IndexError"),
    ],
)
def test_what_is_no_action_is_named_and_earns_nothing(function, mistake, said, seed):
    result = ruled(function, seed)

    assert [check.mistake for check in result.checks] == [mistake, "not_reached"]
    assert said in result.checks[0].message
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "said"),
    [
        (lambda seen: 1, "always_the_same_side", "pushes to the right"),
        (lambda seen: 0, "always_the_same_side", "pushes to the left"),
        (lambda seen: int(seen[2] > 12), "always_the_same_side", "pushes to the left"),
        (lambda seen: 1 - balanced(seen), "pushes_the_wrong_way", "pushes away"),
        (lambda seen: np.random.randint(2), "drawn_at_random", "Random actions get 22"),
        (lambda seen: int(seen[2] > 0), "sees_only_half", "the angle alone gets 42"),
        (lambda s: int(s[2] + 0.25 * s[3] > 0.2), "one_side_mostly", "There is no pause"),
        (lambda s: int(s[2] - s[3] > 0), "velocity_with_the_wrong_sign", "wrong sign"),
        (lambda s: int(s[0] + s[1] > 0), "looks_elsewhere", "hardly depend"),
    ],
)
def test_a_rule_that_lets_the_pole_fall_keeps_a_point_and_is_named(function, mistake, said, seed):
    result = ruled(function, seed)

    assert outcomes(result).keys() == {UP}
    assert outcomes(result)[UP][0] == mistake
    assert said in outcomes(result)[UP][1]
    assert result.points == 1


def test_a_rule_that_remembers_the_last_angle_is_played_episode_by_episode():
    last = 0.0

    def remembers(observation):
        nonlocal last
        swing, last = (observation[2] - last) / 0.02, observation[2]
        return int(observation[2] + swing > 0)

    assert ruled(remembers, 1).points == 3


def test_a_rule_that_pushes_to_one_side_passes_if_it_scores_enough(monkeypatch):
    monkeypatch.setattr(rule, "_score_in_parallel", lambda *_: rule.CLEAR)

    assert ruled(lambda _: 1).points == 3


@pytest.mark.parametrize(
    ("draw", "points", "episodes"),
    [
        (lambda random: 40 + random.integers(20), 1, (100, 100)),  # far from the threshold
        (lambda random: 300 + random.integers(100), 3, (100, 100)),
        (lambda random: 97 + random.integers(-30, 31), 1, (101, 400)),  # near it
        (lambda random: 103 + random.integers(-30, 31), 3, (101, 400)),
        # Rarely very good, so that a few episodes say little: the mean is 113.
        (lambda random: 500 if random.random() < 0.1 else 70, 3, (101, 400)),
    ],
)
def test_near_the_threshold_more_episodes_are_played(monkeypatch, draw, points, episodes):
    played = []

    class Played:
        """Episodes of such a length."""

        def reset(self, seed):
            random = np.random.default_rng([seed, 1])
            self.left = int(draw(random))
            played.append(seed)
            return np.zeros((1, 4)), {}

        def step(self, action):
            self.left -= 1
            ended = np.array([self.left == 0])
            return np.zeros((1, 4)), np.ones(1), ended, np.zeros(1, bool), {}

        def close(self):
            pass

    monkeypatch.setattr(rule, "_score_in_parallel", lambda *_: 0.0)
    monkeypatch.setattr(rule, "make_environments", lambda *_: Played())
    result = ruled(lambda seen: int(seen[2] > 0), 2)

    assert result.points == points
    assert episodes[0] <= len(played) <= episodes[1]


class Follows(AbstractAgent):
    """An agent that does what a rule says."""

    def __init__(self, function):
        self.function = function

    def act(self, observation, explore=True):
        return np.array([self.function(row) for row in observation])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rules_score_is_the_mean_over_whole_episodes_of_the_real_cart_pole(seed):
    def angle(observation):
        return int(observation[2] > 0)

    student = LocalStudent({"rule": angle}, None)
    score = rule._score_in_parallel(student, seed)

    assert score == mean_score(play_episodes(Follows(angle), "CartPole-v1", 100, seed=seed))


def test_every_time_that_a_rule_is_asked_it_plays_other_episodes(monkeypatch):
    asked = []
    monkeypatch.setattr(rule, "_score_in_parallel", lambda _, seed: asked.append(seed) or 500)
    for seed in range(50):
        ruled(balanced, seed)

    assert len(set(asked)) == 50


def test_what_is_computed_by_hand_is_what_the_loops_and_rules_do():
    rewards = on_paper.REWARDS

    def ben():
        score = 0
        for reward, ended in zip(rewards, [False] * 4 + [True], strict=True):
            if ended:
                return score
            score += reward

    rows = [(0.05, -0.3), (0.02, 0.1), (-0.08, 0.05), (-0.03, 0.4), (0.1, -0.08), (-0.06, 0.2)]
    disagree = [row for row, (angle, w) in enumerate(rows) if (angle > 0) != (angle + w > 0)]
    answers = {"scores": [sum(rewards), ben(), rewards[-1]], "disagree": disagree}

    assert judge(ON_PAPER, LocalStudent({"on_paper": lambda: answers}, None), 1).points == 2


class Line:
    """The cart on a line of numbers that the notebook describes."""

    def reset(self):
        self.place, self.steps = 1, 0
        return self.place, {}

    def step(self, action):
        self.place += 3 if action == 1 else -2
        self.steps += 1
        return self.place, 10 - abs(self.place), self.place > 8, self.steps == 6, {}


def played_on_the_line(updates):
    """What the rule sees and what each step pays; updates: whether `observation` is."""
    world, seen, paid, over = Line(), [], [], False
    observation, _ = world.reset()
    while not over:
        seen.append(observation)
        following, reward, terminated, truncated, _ = world.step(int(observation < 3))
        paid.append(reward)
        over = terminated or truncated
        observation = following if updates else observation
    return seen, paid


def test_what_the_diagnosis_asks_for_is_what_both_loops_do():
    wrong, right = played_on_the_line(updates=False), played_on_the_line(updates=True)
    answers = {"seen": wrong[0] + right[0], "colleague": wrong[1], "right": right[1]}

    assert judge(UNIT.tasks[3], LocalStudent({"diagnosis": lambda: answers}, None), 1).points == 1
