"""policy_network: REINFORCE with a small policy network (Williams 1992)."""

from __future__ import annotations

import numpy as np

from autograder.rules import AgentRule
from autograder.student.interface import Student, StudentObject, Tensor
from autograder.tasks.answers import choice_task
from autograder.tasks.base import Task, Wrong, WrongAnswer, expect, expect_close, expect_shape
from autograder.tasks.networks import linear_layers, observations, redraw, relu, softmax
from autograder.tasks.policies import action_task, policy_loss_task
from autograder.tasks.returns import normalise_task, returns_task
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "torch"

forward = Task("policy_network/forward", needs=("PolicyNetwork",))


@forward.check("one_row_of_probabilities_for_each_observation", points=1, essential=True)
def one_row_for_each_observation(student: Student, random: np.random.Generator) -> None:
    for n_actions in (2, 3):
        network = student.call("PolicyNetwork", hidden_size=7, n_actions=n_actions)
        expect(
            isinstance(network, StudentObject),
            "no_network",
            "PolicyNetwork(...) should make a network: does the class still inherit nn.Module?",
        )
        output = network(Tensor(observations(random)))
        expect_shape(
            output,
            (5, n_actions),
            "wrong_output_shape",
            "Five observations should give five rows with one probability for each action.",
        )


@forward.check("each_row_sums_to_one", points=1)
def each_row_sums_to_one(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    output = network(Tensor(observations(random)))
    if np.allclose(output.sum(axis=0), 1, atol=1e-4):
        expect(
            False,
            "softmax_over_the_batch",
            "The columns sum to one, the rows do not: the softmax runs over the batch (dim=0). "
            "Each observation needs its own probabilities: dim=-1.",
        )
    if np.all(output <= 0):
        expect(
            False,
            "log_softmax",
            "These are logarithms of probabilities: use softmax, not log_softmax.",
        )
    expect(
        bool(np.all(output >= 0) and np.allclose(output.sum(axis=1), 1, atol=1e-4)),
        "no_softmax",
        "The numbers of a row should be probabilities: none negative, sum one. Is there a softmax "
        "over the last dimension after policy_head?",
    )


@forward.check("computes_what_its_layers_say", points=1)
def computes_what_its_layers_say(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    layers = linear_layers(network, FRAMEWORK)
    expect(
        len(layers) >= 2,
        "hidden_layer_missing",
        "Your network has a single linear layer. There should be two: one to hidden_size numbers, "
        "then policy_head from these to n_actions.",
    )
    expect(
        layers[0].weight.shape == (4, 7) and layers[-1].weight.shape[1] == 3,
        "sizes_ignored",
        "With hidden_size=7 and n_actions=3 the first layer should be Linear(4, 7) and the last "
        "one Linear(7, 3): use the arguments, not fixed numbers.",
    )
    x = observations(random)
    hidden = without = x.astype(np.float64)
    for layer in layers[:-1]:
        hidden, without = relu(layer(hidden)), layer(without)
    logits = layers[-1](hidden)
    expect_close(
        network(Tensor(x)),
        softmax(logits),
        "wrong_probabilities",
        "The probabilities are not what the layers say. The way is: linear, ReLU, policy_head, "
        "softmax, each fed with the result of the one before.",
        otherwise=(
            WrongAnswer(
                "relu_missing",
                softmax(layers[-1](without)),
                "The ReLU after the first layer is missing: without it two linear layers are no "
                "more than one.",
            ),
            WrongAnswer(
                "relu_on_logits",
                softmax(relu(logits)),
                "There is a ReLU after policy_head, too: it cuts every negative value, and the "
                "network can no longer say that an action is bad. Softmax alone comes last.",
            ),
            WrongAnswer(
                "softmax_twice",
                softmax(softmax(logits)),
                "The softmax is applied twice: the network can then never be sure of an action.",
            ),
            WrongAnswer(
                "tanh_instead_of_relu",
                softmax(layers[-1](np.tanh(without))),
                "The hidden layer uses tanh; this exercise asks for ReLU.",
            ),
            WrongAnswer(
                "sigmoid_instead_of_relu",
                softmax(layers[-1](1 / (1 + np.exp(-without)))),
                "The hidden layer uses a sigmoid; this exercise asks for ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


@forward.check("large_values_stay_finite", points=0)
def large_values_stay_finite(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=2)
    redraw(network, random, scale=100.0)
    output = network(Tensor(observations(random)))
    expect(
        bool(np.all(np.isfinite(output))),
        "softmax_overflows",
        "With large weights you get nan or inf: exp overflows. F.softmax is safe, your own formula "
        "is not.",
    )


update = Task("policy_network/update", needs=("SimplePolicy",))


@update.check("act_answers_and_remembers", points=1, essential=True)
def act_answers_and_remembers(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 3)
    action = _act(agent, start)
    memory = agent.get("memory")
    expect(
        isinstance(memory, list) and len(memory) == 1,
        "nothing_remembered",
        "After one call of act, self.memory should hold one entry: append the log-probabilities "
        "that choose_action returned.",
    )
    probabilities = agent.call("net", Tensor(start))
    right = np.log(probabilities[np.arange(3), action])
    expect_close(
        memory[0],
        right,
        "wrong_memory",
        "self.memory should hold the log-probabilities of the chosen actions, one for each row.",
        otherwise=(
            WrongAnswer(
                "probability_instead_of_log",
                np.exp(right),
                "self.memory holds probabilities: the loss needs their logarithms.",
            ),
            WrongAnswer(
                "actions_remembered",
                action.astype(float),
                "self.memory holds the actions: the loss needs their log-probabilities.",
            ),
        ),
        tolerance=1e-3,
    )


@update.check("learns_when_all_episodes_have_ended", points=1, essential=True)
def learns_when_all_have_ended(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    before = _weights(agent)
    _play(agent, random, start, terminated=[True, False])
    expect(
        not _changed(before, _weights(agent)),
        "learns_too_early",
        "The weights changed while an episode was still running. An episode that ended waits for "
        "the others: update only when self.running has come down to 0.",
    )
    _play(agent, random, start[1:], terminated=[True], episode=[1])
    expect(
        _changed(before, _weights(agent)),
        "step_missing",
        "All episodes have ended, but the weights have not changed. In update: is there "
        "loss.backward() and, after it, self.optimizer.step()?",
    )


@update.check("an_episode_cut_by_the_time_limit_ends_too", points=1)
def truncated_ends_too(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    before = _weights(agent)
    _play(agent, random, start, terminated=[False, False])
    _play(agent, random, start, terminated=[True, False], truncated=[False, True])
    expect(
        _changed(before, _weights(agent)),
        "only_terminated",
        "One pole fell, the other episode reached the time limit: both have ended, but nothing was "
        "learned. An episode ends when it is terminated or truncated. Otherwise a perfect agent "
        "never learns again.",
    )


@update.check("a_step_lowers_the_loss", points=1)
def a_step_lowers_the_loss(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    action = _act(agent, start)
    weights = np.array([1.0, -1.0], np.float32)

    def loss() -> float:
        probabilities = agent.call("net", Tensor(start))[np.arange(2), action]
        log_probs = np.log(probabilities).astype(np.float32)
        return float(student.call("policy_loss", Tensor(log_probs), Tensor(weights)))

    before = loss()
    _learn(agent, start, action, np.array([5.0, 1.0]), [True, True])
    expect(
        loss() < before,
        "step_uphill",
        "After the update your own policy_loss is larger than before. Did you hand it the "
        "log-probabilities and the returns in this order, without another minus?",
    )


@update.check("old_gradients_are_cleared", points=1)
def old_gradients_are_cleared(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    first = _weights(agent)
    _learn(agent, start, _act(agent, start), np.array([5.0, 1.0]), [True, True])
    second = _weights(agent)
    # Equal returns are normalised to zero: now the gradient is zero, and only what was left of
    # the first can move the weights as far again. Adam's momentum alone takes two thirds of it.
    agent.call("start_episode", start)
    _learn(agent, start, _act(agent, start), np.array([2.0, 2.0]), [True, True])
    third = _weights(agent)
    expect(
        _distance(second, third) < 0.9 * _distance(first, second),
        "zero_grad_missing",
        "The gradients of the update before are still there: backward() adds to them. Call "
        "self.optimizer.zero_grad() before loss.backward().",
    )


save = Task("policy_network/save", needs=("save_agent", "load_agent"))


@save.check("everything_comes_back", points=2)
def everything_comes_back(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    _learn(agent, start, _act(agent, start), np.array([5.0, 1.0]), [True, True])
    agent.set("games", 17)
    agent.set("mean_reward", 41.5)
    kept = _weights(agent)
    path = student.temporary_path("checkpoint.pt")
    student.call("save_agent", agent, path)
    other = student.call("SimplePolicy")
    student.call("load_agent", other, path)
    expect(
        not _changed(kept, _weights(other)),
        "model_not_loaded",
        "The loaded agent's network has other weights than the saved one: save "
        "agent.net.state_dict() and give it to agent.net.load_state_dict(...).",
    )
    expect(
        other.get("games") == 17 and other.get("mean_reward") == 41.5,
        "counters_not_loaded",
        "games and mean_reward should come back, too.",
    )
    state = other.call("optimizer.state_dict")
    expect(
        isinstance(state, dict) and bool(state.get("state")),
        "optimizer_not_loaded",
        "The optimizer's memory (Adam's averages) did not come back: save and load "
        "agent.optimizer.state_dict(), or the first steps after loading go astray.",
    )


TASKS = (
    forward,
    action_task("policy_network"),
    returns_task("policy_network"),
    normalise_task("policy_network"),
    policy_loss_task("policy_network"),
    update,
    save,
    choice_task("policy_network/diagnosis", digest="6f21b6f7aeaf3b46"),
)

AGENT = AgentRule(
    points=6,
    training=Training(episodes=2_500, environments=16, max_steps=600_000, checkpoint_every=8_000),
    threshold=475.0,
)


def _new_agent(
    student: Student, random: np.random.Generator, n: int
) -> tuple[StudentObject, np.ndarray]:
    """A fresh agent at the start of n episodes, and their first observations."""
    agent = student.call("SimplePolicy")
    start = observations(random, n)
    agent.call("start_episode", start)
    return agent, start


def _act(agent: StudentObject, observation: np.ndarray) -> np.ndarray:
    """The agent's actions, (n,) int64; wrong if act returns anything else."""
    action = agent.call("act", observation)
    action = expect_shape(
        action, (len(observation),), "wrong_actions", "act should return one action for each row."
    )
    expect(
        action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < 2))),
        "wrong_actions",
        f"act should return the actions 0 or 1, not {action.tolist()}.",
    )
    return action


def _play(
    agent: StudentObject,
    random: np.random.Generator,
    observation: np.ndarray,
    *,
    terminated: list[bool],
    truncated: list[bool] | None = None,
    episode: list[int] | None = None,
) -> None:
    """One step of the running episodes: act, then learn from rewards that differ."""
    action = _act(agent, observation)
    rewards = random.uniform(1, 3, size=len(observation))
    _learn(agent, observation, action, rewards, terminated, truncated, episode)


def _learn(
    agent: StudentObject,
    observation: np.ndarray,
    action: np.ndarray,
    rewards: np.ndarray,
    terminated: list[bool],
    truncated: list[bool] | None = None,
    episode: list[int] | None = None,
) -> None:
    n = len(observation)
    transition = Transition(
        observation=observation,
        action=action,
        reward=rewards.astype(np.float32),
        next_observation=observation + np.float32(0.1),
        terminated=np.array(terminated),
        truncated=np.array(truncated or [False] * n),
        episode=np.arange(n) if episode is None else np.array(episode),
    )
    agent.call("train", transition)


def _weights(agent: StudentObject) -> dict[str, np.ndarray]:
    """The parameters of the agent's network."""
    network = agent.get("net")
    if not isinstance(network, StudentObject):
        raise Wrong("no_network", "The agent should keep its network in self.net.")
    return network.parameters()


def _distance(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> float:
    """How far the parameters moved, over all of them."""
    return float(np.sqrt(sum(np.sum((second[name] - first[name]) ** 2) for name in first)))


def _changed(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return any(not np.array_equal(first[name], second[name]) for name in first)
