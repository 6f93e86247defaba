# %% [markdown]
# # Deep Q-learning balances the pole
#
# In {unit:policy_network} and {unit:actor_critic}, the agent learned *what to do*. Here it learns
# *what things are worth*: $Q(s, a)$, the return that you can expect after taking action $a$ in
# state $s$. If you know $Q$, you need no policy: the best action is the one with the largest $Q$.
#
# The idea is old (Watkins, 1989). But with a neural network for $Q$, training used to fail. Three
# ideas made it work: a *memory* of past steps, a *target network* that changes slowly, and a loss
# that does not overreact (Mnih et al., *Human-level control through deep reinforcement learning*,
# Nature 518, 2015). You build all three.
#
# You write about 30 lines, in short exercises of 5 to 15 minutes, each with its check right below.
# Some exercises have more than one gap: replace every `# YOUR CODE HERE` and every
# `raise NotImplementedError()`. The lines that are given in an exercise's cell may be changed, too
# (for example, you may choose another optimizer), as long as all names and arguments stay the same.

# %%
# {start}

# %%
from dataclasses import dataclass
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder import check
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

# %% [markdown]
# ## 1. Where to compute
#
# PyTorch can compute on the CPU (`cpu`), on an NVIDIA graphics card (`cuda`) or on the GPU of a Mac
# (`mps`). The next cell takes the best one that you have. If this is a GPU, all networks and
# tensors are created there from now on.
#
# Do not expect too much from a GPU. Our network is so small that a GPU spends most of its time
# waiting. For the same reason one CPU thread is faster than many, because many threads would mostly
# wait for each other.

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
# the pole. Action `0` pushes to the left, `1` to the right. Each step gives a reward of $+1$. The
# episode is **terminated** when the pole falls or the cart leaves the rail, and **truncated** after
# 500 steps, by the time limit. The two are not the same, and in this unit the difference matters.

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
# Steps that follow each other look very similar, and a network that learns only from the latest
# steps forgets everything else. So we keep each step as a *transition*: what the agent saw, what it
# did, which reward it got, what it saw next, and whether this was the end. The network learns from
# transitions drawn at random from the last few thousand.
#
# Our memory is a **ring buffer**: NumPy arrays of a fixed size, created once. `position` is the row
# for the next transition. At the end of the arrays we start again at row 0, and the oldest
# transitions are overwritten. Several cart poles are played in parallel, so one `push` brings `n`
# transitions.
#
# | field | shape | what it is |
# |---|---|---|
# | `observation` | `(n, 4)` | seen before the step |
# | `action` | `(n,)` | what the agent did |
# | `reward` | `(n,)` | what it got for it |
# | `next_observation` | `(n, 4)` | seen after the step |
# | `terminated` | `(n,)` | the pole fell: nothing comes after this step |
#
# ### Exercise: `memory` (15 minutes)
#
# 1. `push`: compute `rows`, the numbers of the next `n` rows, starting at `position` and going
#    around the ring. Write the five fields of the transition into these rows of the five arrays in
#    `self.store`. Move `position` on by `n` (around the ring), and let `size` grow by `n`, but not
#    beyond the capacity.
# 2. `sample`: draw `batch_size` row numbers at random, all *filled* rows equally likely, and return
#    a `Batch` of tensors with these rows.
#
# A transition also has the field `truncated`. Do not store it. You will see in section 6 why.
#
# You may also store the transitions in your own way, for example in a `deque`. What counts is what
# `push`, `sample` and `len` do. You need not copy what `push` gets: the training loop makes new
# arrays in every step.
#
# <details><summary>Hint</summary>
#
# Around the ring: `(self.position + np.arange(n)) % self.capacity`. You can write many rows at
# once: `self.store.reward[rows] = transition.reward`. To draw row numbers, use
# `np.random.randint(self.size, size=batch_size)`. `torch.as_tensor(array[rows])` makes a tensor.
# </details>


# %% nbgrader={"grade_id": "memory", "solution": true}
class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

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
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
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
# One network gives the values of *all* actions at once: four numbers go in, and one Q-value for
# each action comes out.
#
# $$Q(s, \cdot) = W_3\,\operatorname{ReLU}\bigl(W_2\,\operatorname{ReLU}(W_1 s + b_1) + b_2\bigr) + b_3$$
#
# ### Exercise: `forward` (5 minutes)
#
# The layers are given. Send `x` through them: ReLU after the first two, nothing after the last. A
# Q-value is a return, not a probability, so it can be any number.
#
# You may initialise the weights in your own way. But keep those of the last layer small: it takes
# long to unlearn large Q-values.
#
# <details><summary>Hint</summary>
#
# `F.relu(self.layer1(x))` is the first third. Do not end with a softmax: that was the policy
# network.
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
# An agent that always does what it thinks is best never finds out whether it is right. So with
# probability $\varepsilon$ it takes a random action. At the start $\varepsilon$ is large, because
# the network knows nothing yet. Then it decays:
#
# $$\varepsilon(t) = \varepsilon_{\text{end}} + (\varepsilon_{\text{start}} - \varepsilon_{\text{end}})
# \, e^{-t / d}$$
#
# Here $t$ counts the steps played, and $d$ says how slowly $\varepsilon$ decays.
#
# ### Exercise: `epsilon` (5 minutes)
#
# Return $\varepsilon$ after `step` steps.
#
# <details><summary>Hint</summary>
#
# Use `np.exp`, and check the sign of the exponent: at step 0 the result is `start`, after very many
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
# `values`, the Q-values, are given: a NumPy array of shape `(n, n_actions)`, with one row for each
# cart pole. Return an array of `n` actions, as whole numbers. Each row decides *for itself*: with
# probability `epsilon` it gets a random action, all actions equally likely. Otherwise it gets the
# *greedy* action, the one with the largest Q-value of its row.
#
# <details><summary>Hint</summary>
#
# `np.random.rand(n) < epsilon` is an array of true and false, each true with probability epsilon.
# `np.where(condition, a, b)` takes from `a` where the condition is true, and from `b` elsewhere.
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
# How can the network know whether its $Q(s, a)$ was right? We look one step further: the reward
# that came, plus what the *next* state is worth (the Bellman equation).
#
# $$y = r + \gamma\, V(s'), \qquad V(s') = \max_{a'} Q_{\text{target}}(s', a')$$
#
# Two things are easy to get wrong.
#
# **Termination.** If the pole has fallen, there is no next state: $V(s') = 0$ and $y = r$. If you
# forget this, the network believes that life goes on after the fall. If the *time limit* ended the
# episode, the pole is still up and would have stood longer: $V(s')$ counts. This is why the memory
# keeps only `terminated` (Pardo et al., *Time Limits in Reinforcement Learning*, 2018).
#
# **The target network.** We compute $y$ from $Q$ itself. If each update step also moved the target,
# the agent would chase its own tail. So we take $V$ from a second network, the *target network*,
# which follows slowly. And no gradient flows through $y$: the prediction moves towards the target,
# never the target towards the prediction.
#
# ### Exercise: `targets` (15 minutes)
#
# All arguments but `target_net` and `gamma` are tensors with one row for each transition of a
# batch. `target_net` is a network of your class `DQN`, so you may use its attributes. Return $y$,
# shape `(batch,)`, computed without a gradient.
#
# <details><summary>Hint</summary>
#
# Put everything inside `with torch.no_grad():`. `values.max(dim=1)` returns two things, `.values`
# and `.indices`. You need the first. `~terminated` is *true* where the episode goes on. As a
# factor, *true* counts as 1 and *false* as 0.
# </details>


# %% nbgrader={"grade_id": "targets", "solution": true}
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
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
# The network gives Q-values for all actions. But only one of them was taken, and only about this
# one do we know more now. From each row we *gather* the value of its own action and compare it with
# the target.
#
# With the squared error, a single surprise could ruin everything. The **Huber loss** is a parabola
# for errors below 1 and a straight line above:
#
# $$L(\delta) = \begin{cases} \tfrac12 \delta^2 & |\delta| < 1 \\ |\delta| - \tfrac12 &
# \text{otherwise} \end{cases} \qquad \delta = Q(s, a) - y$$
#
# (Huber, 1964. PyTorch calls it `smooth_l1_loss`.)
#
# ### Exercise: `loss` (10 minutes)
#
# Return the mean Huber loss of the batch, one number.
#
# <details><summary>Hint</summary>
#
# `values.gather(1, action.unsqueeze(1))` takes from each row the column of its action. The result
# has shape `(batch, 1)`. Be careful: a column minus a row gives a whole table. `squeeze(1)` turns
# the column into shape `(batch,)`, like the targets.
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
# After each update step the target network moves a little towards the network:
#
# $$\theta_{\text{target}} \leftarrow \tau\,\theta + (1 - \tau)\,\theta_{\text{target}}$$
#
# with a small $\tau$. With $\tau = 0.25$ the target network is, roughly, the average of the network
# over the last four update steps. (Lillicrap et al., *Continuous control with deep reinforcement
# learning*, 2016.)
#
# ### Exercise: `soft_update` (10 minutes)
#
# Move each parameter of `target_net`, weights and biases, by the fraction `tau` towards the same
# parameter of `net`.
#
# <details><summary>Hint</summary>
#
# Two networks of the same class have their parameters in the same order:
# `for slow, fast in zip(target_net.parameters(), net.parameters()):`. Write *into* the parameter
# with `slow.copy_(...)`, or with `slow.lerp_(fast, tau)`, which computes exactly this formula.
# `slow = ...` would only give a name to something new. We want no gradient here: `torch.no_grad()`.
# </details>


# %% nbgrader={"grade_id": "soft_update", "solution": true}
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
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
# These are the settings, the agent's *hyperparameters*. Many of the names come from PyTorch's own
# tutorial. Where our values differ, the tutorial's values are in the comments. Those work, too, but
# training takes minutes, and two of the six trainings that we measured ended below 475. Here is
# what we changed, and why:
#
# * `REWARD_SCALE`: each reward is scaled by 0.01 before the agent learns from it. The agent looks
#   about $1 / (1 - \gamma) = 100$ steps ahead, so a standing pole is worth 100 rewards. The values
#   of a new network are about 0. From there it is a long way to 100, because in the Huber loss no
#   error pulls harder than an error of 1. With scaled rewards no value is larger than 1, and the
#   best actions stay the same.
# * `LR` and `TAU` are larger. The network learns faster and its target follows faster, so about
#   forty times fewer update steps are enough. The price is a less stable curve. Section 10 deals
#   with this.
# * `ENVIRONMENTS` cart poles are played in parallel, and the agent learns once in each step of all
#   of them. So acting becomes cheap, and the transitions are more varied.
# * `MEMORY_SIZE` is larger. When the agent has become good, a small memory holds no falls any more,
#   and the network forgets what they look like. `LEARNING_STARTS` waits for a few falls first.

# %%
BATCH_SIZE = 128  # transitions in an update step
GAMMA = 0.99  # discount
REWARD_SCALE = 0.01  # rewards are scaled by this factor (1)
EPS_START = 0.9  # epsilon at the start
EPS_END = 0.05  # epsilon at the end
EPS_DECAY = 1000  # steps until the difference has fallen to 37 %
TAU = 0.25  # how far the target network moves at each update (0.005)
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
# Most of the agent is given. `act` uses your `epsilon` and `select_action`. `train` scales the
# reward, pushes each transition into the memory and, once there are enough, calls `learn`. There
# are two gaps:
#
# 1. In `__init__`, create `self.target_net`: a second network with the same weights as `self.net`.
# 2. In `learn`, write one update step: sample a batch, compute targets and loss with your
#    functions, do an optimizer step with clipped gradients, and let the target network follow.
#
# Clip the gradients between the backward pass and the optimizer step: no number in them may be
# larger than 100, in either direction. (Clipping by norm, or to a smaller number, is right, too.)
#
# <details><summary>Hint</summary>
#
# `self.target_net = self.net` would be one network with two names. Create a new `DQN()` and load
# the other one's `state_dict()`. An update takes four lines: `self.optimizer.zero_grad()`,
# `loss.backward()`, `nn.utils.clip_grad_value_(self.net.parameters(), 100)`,
# `self.optimizer.step()`. Which network gives the targets, and which one is in the loss?
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
        """Do one update step with a batch from the memory."""
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
# Below the checks of your code you see six **probes**: tiny environments whose Q-values you can
# work out on paper. Each probe asks for one thing more than the one before: a constant reward, a
# reward that depends on the observation, a reward that comes later, a reward that depends on the
# action, one that depends on both, and a time limit. When an agent does not learn and everything
# *looks* right, probes like these show where to search (A. Jones, [Debugging
# RL](https://andyljones.com/posts/rl-debugging.html), 2021). They give no points.
#
# ## 10. Training
#
# Deep Q agents reach the goal *and lose it again*. Once the pole never falls, the memory fills with
# good steps, and the network forgets why it pushed the way it did. So every 2,500 steps the agent
# is tested greedily on fifty new episodes, and its best weights are kept. Training stops when the
# agent passes a test twice in a row, the second time on fifty other episodes.
#
# During training you see the length of each episode and, from the 100th on, the mean of the last
# 100. These numbers stay below the test scores, because in training some of the actions are random.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a new `DQNAgent`. The settings above learn well. Try others if you like, and
# compare the curves.
#
# <details><summary>Hint</summary>
#
# `return DQNAgent(Settings())`. For another learning rate write `Settings(lr=5e-4)`. Do not make
# `gamma` much smaller: with $0.95$ the agent looks only twenty steps ahead and does not see the end
# of the rail coming.
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
# Is your curve inside the band? Each training in the band started from other random weights, and
# yours is one more. (It may end far below the line. A score only counts when its episode is over,
# and training stops as soon as the tests are passed, in the middle of the best episodes.) If your
# curve stays flat, go back to the checks and the probes.
#
# The next cell does what the grader does. It trains a **new** agent with your code, in a cart pole
# **in disguise**: the four numbers of the observation change places and signs, and the actions
# change names. To an agent that learns, this makes no difference. Then the agent plays 100 greedy
# episodes. A mean score of at least 475 earns the points. If the first training misses it, the
# grader tries two more.
#
# Is that fair? We measured it with many trainings of the reference agent and of agents with a
# mistake. A correct solution misses all three times at most once in 1,000. An agent with a mistake
# that only its score can show gets through at most once in 100.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("dqn/agent", make_agent)

# %% [markdown]
# ## 11. Watch it, keep it

# %% tags=["not-graded", "raises-exception"]
animate(agent, seed=3)

# %% [markdown]
# How does the agent judge its own situation? With rewards of 0.01 per step, no return can be larger
# than $0.01 / (1 - \gamma) = 1$. But in eight trainings, the agents gave values of 1.2 to 2.6 to a
# pole standing upright. The maximum in the targets picks the values that are too large, again and
# again. ({Unit:double_dqn_keras} does something about it.) For acting it only matters which of the
# two values is larger. But values in the thousands would be a sign of trouble.

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
# This is the learning curve (measured). In five trainings, the Q-values of a pole standing upright
# were between 70 and 170,000 after 20,000 steps. Those of a falling pole were about as large.

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_diagnosis")

# %% [markdown]
# ### Exercise: `diagnosis` (5 minutes)
#
# Which explanation fits the snippet, the curve *and* the Q-values? Return its letter.
#
# * **a**: `max` takes the maximum over the batch instead of over the actions, so all states get the
#   same value.
# * **b**: Without a gradient through the targets the network learns from only half of the
#   information.
# * **c**: The discount is too close to 1. With 0.9 the values would be smaller and the agent would
#   learn.
# * **d**: A fall is treated like any other step. The network believes that the rewards go on for
#   ever after it, so falling costs nothing.
#
# <details><summary>Hint</summary>
#
# With rewards scaled by 0.01, no return can be larger than
# $0.01\,(1 + \gamma + \gamma^2 + \dots) = 1$. What does the snippet ask the network about the state
# after a fall? Has the network ever learned what such a state is worth?
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
# (5 minutes, graded by hand.) The policy network of {unit:policy_network} had to throw its
# experience away after each update. This agent learns from the same transition many times. Why may
# a Q-network learn from steps that an older, worse version of itself has played? And why does it
# still help to play several cart poles in parallel?

# %% [markdown] nbgrader={"grade_id": "question-off-policy", "grade": true, "solution": true, "points": 2}
# *Your answer here.*

# %% [markdown]
# ## Where to go from here
#
# * V. Mnih et al., [Human-level control through deep reinforcement
#   learning](https://doi.org/10.1038/nature14236), *Nature* 518, 2015.
# * A. Paszke, M. Towers, [Reinforcement Learning (DQN)
#   Tutorial](https://pytorch.org/tutorials/intermediate/reinforcement_q_learning.html): the same
#   method in PyTorch's own tutorial.
# * F. Pardo et al., [Time Limits in Reinforcement Learning](https://arxiv.org/abs/1712.00378),
#   2018.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, sections 6.5 and
#   16.5.
# * In {unit:dqn_keras}, you see what happens *without* memory and target network.
