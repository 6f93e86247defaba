# %% [markdown]
# # Deep Q-learning balances the pole
#
# In the units before, the agent learned *what to do*. Here it learns *what things are worth*:
# $Q(s, a)$, the return to expect after taking action $a$ in state $s$. Who knows $Q$ needs no
# policy of its own: the best action is the one with the largest $Q$.
#
# That is an old idea (Watkins, 1989). With a neural network for $Q$ it used to fall apart, until
# three remedies made it work: a *memory* of past steps, a *target network* that lags behind, and a
# loss that does not panic (Mnih et al., *Human-level control through deep reinforcement learning*,
# Nature 518, 2015). You build all three.
#
# You write about 30 lines, in ten exercises of 5 to 15 minutes, each with its check right below.

# %%
import sys

if "google.colab" in sys.modules:  # on Colab, install the course first; elsewhere it is there
    # %pip install --quiet "git+$COURSE_URL"
    pass

# %%
from dataclasses import dataclass
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, start_unit
from helpers import (
    AbstractAgent,
    RandomAgent,
    Training,
    animate,
    best_device,
    mean_score,
    play_episodes,
    plot_durations,
    plot_learning_curve,
    render,
    train_agent,
)

start_unit("dqn")

# %% [markdown]
# ## 1. Where to compute
#
# PyTorch can compute on the processor (`cpu`), on an NVIDIA graphics card (`cuda`) or on the
# graphics unit of a Mac (`mps`). The next cell takes what there is. If that is a graphics card, all
# networks and tensors are made there from now on.
#
# Do not expect too much of it: our network is so small that a card spends its time waiting. For the
# same reason one thread is faster than many, which would mostly wait for each other.

# %%
device = best_device()
if device.type != "cpu":
    torch.set_default_device(device)
torch.set_num_threads(1)
print(f"Computing on: {device}")

# %% [markdown]
# ## 2. The cart pole once more
#
# The observation has four numbers: position and velocity of the cart, angle and angular velocity of
# the pole. Action `0` pushes to the left, `1` to the right. Each step is rewarded with $+1$. The
# episode is **terminated** when the pole falls or the cart leaves the rail, and **truncated** after
# 500 steps, by the time limit. The two are not the same, and in this unit it matters.

# %% tags=["not-graded"]
env = gym.make("CartPole-v1", render_mode="rgb_array")
observation, info = env.reset(seed=1)
render(env)
print("observation:", observation)

# %% tags=["not-graded"]
random_agent = RandomAgent(n_actions=2, seed=1)
baseline = play_episodes(random_agent, "CartPole-v1", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% [markdown]
# ## 3. A memory
#
# Consecutive steps are much alike, and a network that learns from what has just happened forgets
# the rest. So each step is kept as a *transition*: what was seen, what was done, what it brought,
# what was seen then, and whether that was the end. The network learns from transitions drawn by
# chance from the last few thousand.
#
# Our memory is a **ring buffer**: NumPy arrays of fixed size, made once. `position` is the row in
# which the next transition goes; when the end is reached, it starts again at row 0 and the oldest
# transitions are overwritten. Several cart poles are played side by side, so one `push` brings `n`
# transitions.
#
# | field | shape | what it is |
# |---|---|---|
# | `observation` | `(n, 4)` | seen before the step |
# | `action` | `(n,)` | what was done |
# | `reward` | `(n,)` | what it brought |
# | `next_observation` | `(n, 4)` | seen after the step |
# | `terminated` | `(n,)` | the pole fell: nothing comes after this step |
#
# ### Exercise: `memory` (15 minutes)
#
# 1. `push`: compute `rows`, the `n` rows from `position` on, counted round the ring; write the five
#    fields of the transition into these rows of the five arrays in `self.store`; move `position`
#    on by `n` (round the ring), and let `size` grow by `n`, but not beyond the capacity.
# 2. `sample`: draw `batch_size` row numbers by chance, all *filled* rows equally likely, and return
#    a `Batch` of tensors with these rows.
#
# A transition also has the field `truncated`. Do not store it: you will see in section 6 why.
#
# <details><summary>Hint</summary>
#
# Round the ring: `(self.position + np.arange(n)) % self.capacity`. Whole arrays of rows can be
# written at once: `self.store.reward[rows] = transition.reward`. For drawing,
# `np.random.randint(self.size, size=batch_size)`; `torch.as_tensor(array[rows])` makes a tensor.
# </details>


# %% nbgrader={"grade_id": "memory", "solution": true}
class Batch(NamedTuple):
    """Some transitions: a row for each of them in every field."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` transitions, in a ring."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Keep the n transitions of one step; forget the oldest if there is no room."""
        n = len(transition.action)
        ### BEGIN SOLUTION
        rows = (self.position + np.arange(n)) % self.capacity  # (n,)
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)
        ### END SOLUTION

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        ### BEGIN SOLUTION
        rows = np.random.randint(self.size, size=batch_size)  # (batch,)
        return Batch(*(torch.as_tensor(array[rows]) for array in self.store))
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-memory", "grade": true}
check("dqn/memory", ReplayMemory)

# %% [markdown]
# ## 4. The network
#
# One network says the values of *all* actions at once: four numbers in, one Q-value for each action
# out.
#
# $$Q(s, \cdot) = W_3\,\operatorname{ReLU}\bigl(W_2\,\operatorname{ReLU}(W_1 s + b_1) + b_2\bigr) + b_3$$
#
# ### Exercise: `forward` (5 minutes)
#
# The layers are there. Write the way through them: ReLU after the first two, nothing after the
# last. A Q-value is a return, not a probability: it can be any number.
#
# <details><summary>Hint</summary>
#
# `F.relu(self.layer1(x))` is the first third. If you feel like ending with a softmax: that was the
# policy network.
# </details>


# %% nbgrader={"grade_id": "forward", "solution": true}
class DQN(nn.Module):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, hidden_size)
        self.layer2 = nn.Linear(hidden_size, hidden_size)
        self.layer3 = nn.Linear(hidden_size, n_actions)

    def forward(self, x):
        ### BEGIN SOLUTION
        x = F.relu(self.layer1(x))  # (batch, hidden_size)
        x = F.relu(self.layer2(x))  # (batch, hidden_size)
        return self.layer3(x)  # (batch, n_actions)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-forward", "grade": true}
check("dqn/forward", DQN)

# %% [markdown]
# ## 5. Exploring
#
# An agent that always does what it thinks best never learns whether it is right. So with the
# probability $\varepsilon$ it does something random. In the beginning $\varepsilon$ is large,
# because the network knows nothing anyway; then it decays:
#
# $$\varepsilon(t) = \varepsilon_{\text{end}} + (\varepsilon_{\text{start}} - \varepsilon_{\text{end}})
# \, e^{-t / d}$$
#
# where $t$ counts the steps played and $d$ says how slowly it decays.
#
# ### Exercise: `epsilon` (5 minutes)
#
# Return $\varepsilon$ after `step` steps.
#
# <details><summary>Hint</summary>
#
# `np.exp`, and mind the sign of the exponent: at step 0 the result is `start`, after very many
# steps it is `end`.
# </details>


# %% nbgrader={"grade_id": "epsilon", "solution": true}
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    ### BEGIN SOLUTION
    return end + (start - end) * np.exp(-step / decay)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-epsilon", "grade": true}
check("dqn/epsilon", epsilon)

# %% [markdown]
# ### Exercise: `act` (10 minutes)
#
# `values`, the Q-values, are given: a NumPy array of shape `(n, n_actions)`, a row for each cart
# pole. Return an array of `n` actions. Each row decides *for itself*: with the probability
# `epsilon` it gets a random action, all actions equally likely; otherwise the action with the
# largest Q-value of its row.
#
# <details><summary>Hint</summary>
#
# `np.random.rand(n) < epsilon` is a row of yes and no, each yes with probability epsilon.
# `np.where(yes_or_no, a, b)` takes from `a` where it says yes, and from `b` elsewhere.
# </details>


# %% nbgrader={"grade_id": "act", "solution": true}
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    ### BEGIN SOLUTION
    explore = np.random.rand(n) < epsilon  # (n,)
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-act", "grade": true}
check("dqn/act", select_action)

# %% [markdown]
# ## 6. What a step was worth
#
# How should the network know whether its $Q(s, a)$ was right? By looking one step further: the
# reward that came, and what the *next* state is worth (Bellman's equation).
#
# $$y = r + \gamma\, V(s'), \qquad V(s') = \max_{a'} Q_{\text{target}}(s', a')$$
#
# Two things are easily got wrong.
#
# **Termination.** If the pole has fallen, there is no next state: $V(s') = 0$ and $y = r$. Forget
# it, and the network believes that life goes on after the fall. If the *time limit* cut the
# episode, the pole is still up and would have stood longer: $V(s')$ counts. That is why the memory
# keeps `terminated` only (Pardo et al., *Time Limits in Reinforcement Learning*, 2018).
#
# **The target network.** $y$ is made of $Q$ itself. If each step of learning moved the target as
# well, the agent would chase its own tail. So $V$ is asked of a second network, the *target
# network*, which follows slowly. And no gradient flows through $y$: the prediction moves towards the
# target, never the target towards the prediction.
#
# ### Exercise: `targets` (15 minutes)
#
# All arguments are tensors with a row for each transition of a batch. Return $y$, shape `(batch,)`,
# computed without gradient.
#
# <details><summary>Hint</summary>
#
# Everything inside `with torch.no_grad():`. `values.max(dim=1)` gives two things, `.values` and
# `.indices`: you need the first. `~terminated` is *true* where the episode goes on; as a factor it
# counts as 1, and *false* as 0.
# </details>


# %% nbgrader={"grade_id": "targets", "solution": true}
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and r alone where the episode terminated: (batch,) floats."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        next_value = target_net(next_observation).max(dim=1).values  # (batch,)
        return reward + gamma * next_value * ~terminated  # (batch,)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-targets", "grade": true}
check("dqn/targets", td_targets)

# %% [markdown]
# ## 7. The loss
#
# The network says Q-values for all actions, but only one of them was taken, and only about that one
# do we know more now. From each row we *gather* the value of its own action, and compare it with
# the target.
#
# The squared error would let one surprise throw everything over. The **Huber loss** is a parabola
# for errors below 1 and a straight line beyond:
#
# $$L(\delta) = \begin{cases} \tfrac12 \delta^2 & |\delta| < 1 \\ |\delta| - \tfrac12 &
# \text{otherwise} \end{cases} \qquad \delta = Q(s, a) - y$$
#
# (Huber, 1964; PyTorch calls it `smooth_l1_loss`.)
#
# ### Exercise: `loss` (10 minutes)
#
# Return the mean Huber loss of the batch, one number.
#
# <details><summary>Hint</summary>
#
# `values.gather(1, action.unsqueeze(1))` takes from each row the column that its action names, and
# has the shape `(batch, 1)`. Beware: a column minus a row gives a whole table. `squeeze(1)` makes
# the column a row of shape `(batch,)`, like the targets.
# </details>


# %% nbgrader={"grade_id": "loss", "solution": true}
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    ### BEGIN SOLUTION
    taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)  # (batch,)
    return F.smooth_l1_loss(taken, targets)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-loss", "grade": true}
check("dqn/loss", q_loss)

# %% [markdown]
# ## 8. The target network follows
#
# After each step of learning the target network moves a little towards the network:
#
# $$\theta_{\text{target}} \leftarrow \tau\,\theta + (1 - \tau)\,\theta_{\text{target}}$$
#
# with a small $\tau$. At $0.25$ it is, roughly, what the network was on average during the last four
# steps of learning. (Lillicrap et al., *Continuous control with deep reinforcement learning*, 2016.)
#
# ### Exercise: `soft_update` (10 minutes)
#
# Move each parameter of `target_net`, weights and biases, by the part `tau` towards the same
# parameter of `net`.
#
# <details><summary>Hint</summary>
#
# Two networks built alike have their parameters in the same order:
# `for slow, fast in zip(target_net.parameters(), net.parameters()):`. Write *into* the parameter:
# `slow.copy_(...)`, or `slow.lerp_(fast, tau)`, which is this very formula. `slow = ...` would
# only rename something. No gradient is wanted here: `torch.no_grad()`.
# </details>


# %% nbgrader={"grade_id": "soft_update", "solution": true}
def soft_update(target_net, net, tau):
    """Move the target network by the part tau towards the network, in place."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp_(fast, tau)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-soft_update", "grade": true}
check("dqn/soft_update", soft_update)

# %% [markdown]
# ## 9. The agent
#
# These are the settings. Many of the names come from PyTorch's own tutorial, and its values stand in
# the comments where ours differ. Those learn, too, but take minutes, and of six trainings measured
# two ended below 475. What was changed, and why:
#
# * `REWARD_SCALE`: each reward is learned as a hundredth of it. The agent looks about
#   $1 / (1 - \gamma) = 100$ steps ahead, so a pole that stands is worth 100 rewards. For a fresh network,
#   whose values are about 0, that is far away, and the Huber loss lets no error pull harder than by 1.
#   In hundredths no value exceeds 1, and what is best stays the same.
# * `LR` and `TAU` are larger: the network learns faster and its target follows faster, so some forty
#   times fewer steps of learning are enough. The price is a nervous curve; section 10 deals with it.
# * `ENVIRONMENTS` cart poles are played side by side, and the agent learns once in each step of all
#   of them: acting becomes cheap, and the transitions are more varied.
# * `MEMORY_SIZE` is larger: when the agent has become good, a small memory holds no falls any more,
#   and the network forgets what they look like. `LEARNING_STARTS` waits for a few falls first.

# %%
BATCH_SIZE = 128  # transitions in an update step
GAMMA = 0.99  # discount
REWARD_SCALE = 0.01  # rewards are scaled by this factor (1)
EPS_START = 0.9  # epsilon at the start
EPS_END = 0.05  # and in the end
EPS_DECAY = 1000  # steps in which the difference falls to 37 %
TAU = 0.25  # part of the way that the target network goes (0.005)
LR = 5e-3  # learning rate of AdamW (1e-4)
MEMORY_SIZE = 50_000  # transitions (10,000)
LEARNING_STARTS = 500  # transitions before the first update step (128)
ENVIRONMENTS = 32  # cart poles in parallel (1)


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    batch_size: int = BATCH_SIZE
    gamma: float = GAMMA
    reward_scale: float = REWARD_SCALE
    eps_start: float = EPS_START
    eps_end: float = EPS_END
    eps_decay: float = EPS_DECAY
    tau: float = TAU
    lr: float = LR
    memory_size: int = MEMORY_SIZE
    learning_starts: int = LEARNING_STARTS


# %% [markdown]
# ### Exercise: `update` (15 minutes)
#
# Most of the agent is given: `act` uses your `epsilon` and `select_action`, and `train` pushes each
# transition, its reward scaled, into the memory and, once there are enough, calls `learn`. Two gaps:
#
# 1. in `__init__`, make `self.target_net`: a second network with the same weights as `self.net`;
# 2. in `learn`, one step of learning: sample a batch, compute targets and loss with your functions,
#    make a step of the optimizer with clipped gradients, and let the target network follow.
#
# The gradients are clipped between the backward pass and the step: no number in them may be larger
# than 100, in either direction.
#
# <details><summary>Hint</summary>
#
# `self.target_net = self.net` would be one network with two names: make a new `DQN()` and load the
# other one's `state_dict()`. A step has four lines: `self.optimizer.zero_grad()`,
# `loss.backward()`, `nn.utils.clip_grad_value_(self.net.parameters(), 100)`,
# `self.optimizer.step()`. Which network says the targets, and which one is in the loss?
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class DQNAgent(AbstractAgent):
    """Deep Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.net = DQN()
        ### BEGIN SOLUTION
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        ### END SOLUTION
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        """Do one update step, from a batch from the memory."""
        s = self.settings
        ### BEGIN SOLUTION
        batch = self.memory.sample(s.batch_size)
        targets = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("dqn/update", DQNAgent)

# %% [markdown]
# Below the checks of your code you see six **probes**: tiny environments whose Q-values can be
# worked out on paper. Each asks for one thing more than the one before: a constant reward, a reward
# that depends on the observation, one that comes later, one that depends on the action, on both,
# and a time limit. When a learning agent does not learn and everything *looks* right, a ladder like
# this one shows where to search (A. Jones, [Debugging
# RL](https://andyljones.com/posts/rl-debugging.html), 2021). They give no points.
#
# ## 10. Training
#
# Deep Q agents reach the goal *and lose it again*: once the pole never falls, the memory fills with
# good times, and the network forgets why it pushed the way it did. So every 2,500 steps the agent
# is tested greedily on fifty fresh episodes, its best weights are kept, and training stops when a
# test is passed, and passed again on fifty other episodes.
#
# While it trains, the durations of the episodes are drawn, and, from the 100th on, the mean of the
# last 100. They stay below the tests: in training a part of the actions is random.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a fresh `DQNAgent`. The settings above learn well; try others if you like,
# and compare the curves.
#
# <details><summary>Hint</summary>
#
# `return DQNAgent(Settings())`. Another learning rate is `Settings(lr=5e-4)`. Do not make `gamma`
# much smaller: at $0.95$ the agent looks only twenty steps ahead, and does not see the end of the
# rail come.
# </details>


# %% nbgrader={"grade_id": "agent", "solution": true}
def make_agent():
    """Return a new, untrained agent."""
    ### BEGIN SOLUTION
    return DQNAgent(Settings())
    ### END SOLUTION


# %% tags=["not-graded", "raises-exception"]
agent = make_agent()
statistics = train_agent(
    agent,
    "CartPole-v1",
    Training(
        episodes=5_000,
        environments=ENVIRONMENTS,
        max_steps=160_000,
        checkpoint_every=2_500,
        seed=1,
        on_episode=plot_durations,
    ),
)
plot_durations(statistics, live=False)

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn", statistics)

# %% [markdown]
# Is your curve in the band? Each of the trainings in it started from other random weights; yours is
# one more. (It may end far below the line: a score counts when its episode is over, and when the
# tests are passed, training stops in the middle of the best ones.) If it stays flat, go back to the
# checks and the probes.
#
# The next cell is what the grader does: it trains a **fresh** agent of yours with your code, in a
# cart pole **in disguise** (the four numbers of the observation change places and signs, the
# actions change names; to a learning agent that makes no difference), and then plays 100 greedy
# episodes. A mean score of at least 475 earns the points; if the first training misses it, two more
# are tried.
#
# How fair is that? From many trainings of the reference and of agents with a mistake we know: a right
# solution misses all three at most once in 1,000 times; an agent with a mistake that only its score
# can show gets through at most once in 100 times.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("dqn/agent", make_agent)

# %% [markdown]
# ## 11. Watch it, keep it

# %% tags=["not-graded", "raises-exception"]
animate(agent, seed=3)

# %% [markdown]
# What does it think of its own situation? With a hundredth in each step no return can be larger than
# $0.01 / (1 - \gamma) = 1$. Yet standing upright was worth 1.2 to 2.6 to the agents of eight trainings: the
# maximum in the targets picks what is overestimated, again and again. (Unit 6 does something about it.) For
# acting it only matters which of the two values is larger. In the thousands they would be a sign of trouble.

# %% tags=["not-graded", "raises-exception"]
upright = torch.zeros(1, 4)
falling = torch.tensor([[0.0, 0.0, 0.2, 1.5]])
with torch.no_grad():
    print("standing upright:", agent.net(upright).cpu().numpy().round(2))
    print("about to fall:   ", agent.net(falling).cpu().numpy().round(2))

# %% [markdown]
# Save the weights, and load them into a new agent:

# %% tags=["not-graded", "raises-exception"]
torch.save(agent.net.state_dict(), "dqn.pt")
restored = DQNAgent()
restored.net.load_state_dict(torch.load("dqn.pt", weights_only=True))
print(f"The restored agent scores {mean_score(play_episodes(restored, seed=5)):.1f} on average.")

# %% [markdown]
# ## 12. What went wrong here?
#
# A colleague wrote these targets, and everything else as you did:
#
# ```python
# def td_targets(target_net, reward, next_observation, terminated, gamma):
#     with torch.no_grad():
#         return reward + gamma * target_net(next_observation).max(dim=1).values
# ```
#
# This is the learning curve (measured). In five trainings the Q-values of a pole standing upright were
# between 70 and 170,000 after 20,000 steps, and those of a falling one of the same size.

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_diagnosis")

# %% [markdown]
# ### Exercise: `diagnosis` (5 minutes)
#
# Which explanation fits the snippet, the curve *and* the Q-values? Return its letter.
#
# * **a**: `max` takes the maximum over the batch instead of over the actions, so all states get the
#   same value.
# * **b**: Without a gradient through the targets the network learns from half of the information.
# * **c**: The discount is too close to 1; with 0.9 the values would be smaller and the agent would
#   learn.
# * **d**: A fall is taken for an ordinary step: the network believes that the rewards go on for ever
#   afterwards, so falling costs nothing.
#
# <details><summary>Hint</summary>
#
# In hundredths no return can be larger than $0.01\,(1 + \gamma + \gamma^2 + \dots) = 1$. What does the snippet ask the
# network about the state after a fall, and has it ever learned what such a state is worth?
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the letter of the explanation that fits."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("dqn/diagnosis", diagnosis)

# %% [markdown]
# ## 13. In your own words
#
# (5 minutes, graded by hand.) The policy network of unit 2 had to throw its experience away after
# each update; this agent learns from the same transition many times. Why may a Q-network learn from
# steps that an older, worse version of itself has played? And why does it still help to play several
# cart poles in parallel?

# %% [markdown] nbgrader={"grade_id": "question-off-policy", "grade": true, "solution": true, "points": 2}
# *Your answer here.*

# %% [markdown]
# ## Where to go from here
#
# * V. Mnih et al., [Human-level control through deep reinforcement
#   learning](https://doi.org/10.1038/nature14236), *Nature* 518, 2015.
# * A. Paszke, M. Towers, [Reinforcement Learning (DQN)
#   Tutorial](https://pytorch.org/tutorials/intermediate/reinforcement_q_learning.html): the same
#   method in PyTorch's own words.
# * F. Pardo et al., [Time Limits in Reinforcement Learning](https://arxiv.org/abs/1712.00378), 2018.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, sections 6.5 and
#   16.5.
# * In the next unit, *dqn_keras*, you see what happens *without* memory and target network.
