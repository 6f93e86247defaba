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
# **What you will learn**
#
# * store transitions in a ring buffer and draw batches from it;
# * compute targets from your own estimates, and handle the end of an episode correctly;
# * keep a target network, and see what happens without one;
# * compare settings over several seeds, and say what the result shows and what it does not;
# * find a mistake from its numbers and its learning curve.
#
# **Difficulty**: medium. Plan three hours, of which your computer trains about five minutes. You
# need {unit:policy_network}: networks, optimizers and returns.
#
# You write about 45 lines, in short exercises of 5 to 15 minutes, each with its check right below.
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
    Setting,
    Training,
    animate,
    best_device,
    compare_settings,
    mean_score,
    play_episodes,
    plot_experiment,
    plot_learning_curve,
    plot_lettered_curves,
    render,
    train_agent,
)
from helpers.figures import draw_ring_buffer, draw_soft_updates

# %% [markdown]
# ## 1. Where to compute
#
# PyTorch can compute on the CPU (`cpu`), on an NVIDIA graphics card (`cuda`) or on the GPU of a Mac
# (`mps`). The next cell takes the best one that you have. If this is a GPU, all networks and
# tensors are created there from now on. Two things to know: `torch.from_numpy` always stays on the
# CPU, so write `torch.as_tensor(...)` instead. And never write `"cuda"` yourself, because not every
# computer has one.
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
# transitions. The picture shows a memory of 8 rows and four pushes of 3 transitions each. Look at
# the third push: it fills the last two rows and then overwrites `t0`.

# %% tags=["not-graded"]
draw_ring_buffer(capacity=8, pushes=(3, 3, 3, 3))

# %% [markdown]
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
# The *greedy* action is the one with the largest Q-value: what the agent thinks is best. But an
# agent that always acts greedily never finds out whether it is right. An action that once looked
# bad is never tried again. So an **$\varepsilon$-greedy** agent takes a random action with
# probability $\varepsilon$, and the greedy one otherwise. It learns while it acts
# $\varepsilon$-greedily. It is *tested* greedily, because then the random actions only do harm.
#
# At the start $\varepsilon$ is large, because the network knows nothing yet. Then it decays:
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
# To learn an estimate from another estimate is called **bootstrapping**. The agent need not wait
# for the end of the episode, as REINFORCE does: one step is enough. The price is that a wrong
# $V(s')$ makes a wrong target. The reward $r$ is the only part of $y$ that is certain.
#
# The **discount** $\gamma$ says how much the future counts. With $\gamma = 0.99$, a reward in $k$
# steps counts $0.99^k$ as much as one now. The agent looks about $1 / (1 - \gamma) = 100$ steps
# ahead. Without a discount ($\gamma = 1$) there is no limit for the values, and an error in $V(s')$
# is passed on at full size, from step to step.
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
# The gradient of the squared error grows with the error. A single surprise, for example a fall in a
# state that seemed safe, would then change the network so much that it forgets other things. The
# **Huber loss** is a parabola for errors below 1 and a straight line above. So no error, however
# large, pulls harder than an error of 1:
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
# learning*, 2016.) The picture follows one weight, made up for this purpose. A small $\tau$ makes
# the target calm, but old.

# %% tags=["not-graded"]
draw_soft_updates(taus=(0.25, 0.03))

# %% [markdown]
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
# training takes minutes, and two of the six trainings that we measured ended below 475. In section
# 10 you see it for yourself. Here is what we changed, and why:
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
#
# The **optimizer** is AdamW, a kind of Adam. Plain gradient descent takes a step of `lr` times the
# gradient. Adam divides each number of the gradient by its usual size, so a weight with small
# gradients takes steps as large as one with large gradients, and `lr` is about the size of a step.
# It also averages the gradient over the last few batches. AdamW pulls all weights a little towards
# zero as well. (Kingma, Ba, *Adam*, 2015.)

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
# ## 10. First the tutorial's settings, then ours
#
# Your agent is complete. First give it the tutorial's settings: one cart pole, a step of learning
# after each step of playing, and everything in small doses. The next cell plays 15,000 steps, which
# takes 20 to 40 seconds.

# %% tags=["not-graded", "raises-exception"]
tutorial = Settings(reward_scale=1.0, tau=0.005, lr=1e-4, memory_size=10_000, learning_starts=128)
slow_statistics = train_agent(
    DQNAgent(tutorial), "CartPole-v1", Training(episodes=1_000, max_steps=15_000, seed=1)
)

# %% [markdown]
# It learns, but slowly: 475 is far away. (The tutorial gives it 600 episodes, about 120,000 steps.)
#
# Which of our changes helps? If you change everything at once, you never know. So change **one
# thing at a time**. Here we start from our settings and take back one change in each: the scale of
# the rewards, then the learning rate. A single training says little, because chance decides a lot.
# So each setting is trained three times, with three *seeds*, for 20,000 steps.
#
# How to read the plot: the thick line is the **interquartile mean** of the trainings (the mean
# without the best and the worst quarter), and the band is its 95 % interval. If two intervals are
# far apart, other seeds would very likely give the same order. If they overlap a lot, these
# trainings do not show a difference. (Agarwal et al., *Deep RL at the edge of the statistical
# precipice*, 2021.)


# %% tags=["not-graded", "raises-exception"]
def trained_with(**changes):
    """A setting of an experiment: ours, except for these changes."""
    training = Training(episodes=10_000, environments=ENVIRONMENTS, max_steps=20_000)
    return Setting(lambda: DQNAgent(Settings(**changes)), training)


changes_taken_back = compare_settings(
    {
        "ours": trained_with(),
        "reward_scale=1": trained_with(reward_scale=1.0),
        "lr=1e-4": trained_with(lr=1e-4),
    },
    seeds=range(3),
)
plot_experiment(changes_taken_back, title="One change taken back")

# %% [markdown]
# With unscaled rewards some trainings do not learn at all, and others do. A setting that works for
# one seed is not a good setting yet. And 20,000 steps with 32 cart poles take two seconds, not
# thirty: there are 625 update steps instead of 20,000.
#
# ## 11. Training
#
# Deep Q agents reach the goal *and lose it again*. Once the pole never falls, the memory fills with
# good steps, and the network forgets why it pushed the way it did. So every 2,500 steps the agent
# is tested greedily on fifty new episodes, and its best weights are kept. Training stops when the
# agent passes a test twice in a row, the second time on fifty other episodes.
#
# During training you see the score of each episode, the mean of the last 100 and, as green diamonds,
# the greedy tests. (An empty diamond is a test that was broken off because it could no longer reach
# the best one. It shows the most that was still possible.) The mean stays below the tests, because in
# training some of the actions are random.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a new `DQNAgent`. The settings above learn well. In section 12 you try
# others.
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
    ),
)

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn", statistics)

# %% [markdown]
# Is your curve inside the band? Each training in the band started from other random weights, and
# yours is one more. (It may end far below the dashed line. Training stops as soon as the greedy tests,
# the green diamonds, are passed. The best episodes are then still being played, and the curve ends
# with the batch before.) If your curve stays flat, go back to the checks and the probes.
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
# ## 12. An experiment: how fast should the target network follow?
#
# The agents above use $\tau = 0.25$. What happens with $\tau = 1$, where the target network is a
# copy of the network after every update? And with $\tau = 0.005$, the tutorial's value, where it
# needs about 200 updates to follow?
#
# ### Your prediction
#
# (5 minutes, graded by hand, 1 point.) Before you run the next cell: which of the three learns best
# within 20,000 steps, which worst, and why? What is a target network for? Wrong predictions cost
# nothing. A reason is what counts.

# %% [markdown] nbgrader={"grade_id": "question-prediction", "grade": true, "solution": true, "points": 1}
# For example: 0.25 is best, 1 is worst. The target network keeps the targets still while the
# network moves towards them. With $\tau = 1$ every error is in the targets at once. With
# $\tau = 0.005$ the targets are calm, but old, so that 20,000 steps may be too few.
#
# **Points**
#
# * 1: It expects an order and gives a reason: a target network keeps the targets from moving with
#   every update. Whether the order comes true does not matter.

# %% [markdown]
# Three settings, five seeds each: the next cell takes about a minute.

# %% tags=["not-graded", "raises-exception"]
targets_compared = compare_settings(
    {
        "tau=1": trained_with(tau=1.0),
        "tau=0.25": trained_with(tau=0.25),
        "tau=0.005": trained_with(tau=0.005),
    },
    seeds=range(5),
)
print(targets_compared.table())
print("tau 0.25 minus tau 0.005:", targets_compared.difference("tau=0.25", "tau=0.005"))
plot_experiment(targets_compared, title="How fast the target network follows")

# %% [markdown]
# ### Exercise: `experiment` (15 minutes)
#
# Here are greedy scores that we measured, after 20,000 steps, for the settings of this section and
# of section 10. (Yours may differ: your computer rounds in another way.) A row is a setting, a
# column a seed.

# %%
greedy = {
    "ours (tau=0.25)": [226, 149, 387, 231, 428],
    "reward_scale=1": [10, 9, 281, 239, 15],
    "lr=1e-4": [297, 240, 211, 266, 237],
    "tau=1": [9, 10, 10, 9, 9],
    "tau=0.005": [102, 73, 179, 28, 141],
}

# %% [markdown]
# Return a dictionary with two keys:
#
# * `"middles"`: the interquartile means of the five rows, in this order. Five numbers. (With five
#   scores, a quarter rounded down is one score at each end.)
# * `"misled"`: suppose somebody trains only *once* with each of two settings and believes the higher
#   score. There are $5 \cdot 5 = 25$ pairs of trainings. In how many of them does the other setting
#   have a higher score than ours? Three numbers: `reward_scale=1`, `lr=1e-4`, `tau=0.005`.
#
# You may write numbers, or code that computes them. (The cell must work by itself, so copy the
# scores into the function if you need them.)
#
# <details><summary>Hint</summary>
#
# The interquartile mean of five scores is the mean of the middle three. For the pairs,
# `sum(a > b for a in other for b in ours)` counts how often `a` is larger.
# </details>


# %% nbgrader={"grade_id": "experiment", "solution": true}
def experiment():
    """Return the dictionary with your two answers."""
    ### BEGIN SOLUTION
    return {"middles": [281.3, 88.0, 247.7, 9.3, 105.3], "misled": [6, 13, 1]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-experiment", "grade": true}
check("dqn/experiment", experiment)

# %% [markdown]
# ### What the picture shows
#
# (10 minutes, graded by hand, 3 points.) Look at *your* picture and your table.
#
# 1. Which differences between the three values of $\tau$ are more than luck, and how do you see it?
#    What can 20,000 steps not show about $\tau = 0.005$? (1 point)
# 2. Why does $\tau = 1$ fail, and why is a very small $\tau$ slow? (1 point)
# 3. In our table, does `lr=1e-4` learn worse than ours? Plan the experiment that would decide it: what
#    do you vary, what do you keep, how many seeds, what do you measure, and when do you say "I cannot
#    tell"? (1 point)

# %% [markdown] nbgrader={"grade_id": "question-experiment", "grade": true, "solution": true, "points": 3}
# 1. Those whose 95 % interval does not contain 0: in our run $\tau = 0.25$ against both others. Whether
# $\tau = 0.005$ would catch up, or end higher, after more steps, is not shown.
# 2. With $\tau = 1$ the targets contain the network's newest errors. An overestimated value raises the
# targets of the steps before it, these raise the next ones, and so on. With a very small $\tau$ the
# targets show what the network knew hundreds of updates ago, and a value needs that long for each step
# that it travels back.
# 3. Our table cannot tell: in 13 of 25 pairs of trainings `lr=1e-4` has the higher score. Vary the
# learning rate alone. Keep everything else and the number of steps. Train ten seeds or more with each,
# measure the greedy score, and look at the interval of the difference. If it contains 0: "I cannot
# tell".
#
# **Points**
#
# * 1: It uses the intervals of its own run, and says that slow learning may catch up after 20,000
#   steps.
# * 1: With $\tau = 1$ errors feed themselves through the targets; with a very small one the targets
#   are old.
# * 1: It says that our table cannot tell, changes one thing, trains more seeds, and names the score
#   and when it is undecided.

# %% [markdown]
# ## 13. Watch it, keep it

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
# ## 14. Another world: the mountain car (optional, no points)
#
# Does the agent work elsewhere? In the **mountain car** a weak engine must bring a car out of a
# valley. It cannot simply drive up. It has to swing back and forth, and so to do the opposite of
# what seems right. An observation has two numbers, position and velocity. There are three actions:
# push left, do nothing, push right. Each step costs 1, and after 200 steps the time is up. It
# counts as solved at a mean score of $-110$. (A. W. Moore, 1990.)

# %% tags=["not-graded"]
frame = gym.make("helpers/MountainCar-v0", render_mode="rgb_array")
frame.reset(seed=1)
render(frame)
lost = play_episodes(RandomAgent(n_actions=3, seed=1), "helpers/MountainCar-v0", seed=1)
print(f"The random agent scores {mean_score(lost):.1f} on average.")

# %% [markdown]
# An agent that never reaches the goal gets the same return whatever it does, $-200$. There is
# nothing to learn from. One way out is to pay for progress: **potential-based shaping** adds
#
# $$\gamma\,\Phi(s') - \Phi(s)$$
#
# to each reward, where the *potential* $\Phi$ says how good a state looks. What you gain on the way
# up, you lose on the way down, so the best policy stays the same (Ng, Harada, Russell, *Policy
# invariance under reward transformations*, 1999). Here $\Phi$ is the energy of the car: height plus
# motion. The shaped rewards are used for learning only. The tests still count steps.
#
# The agent is yours, with your settings, another reward and one more action. It sees four numbers,
# the last two of them 0, so that your memory fits. The energy is a tiny number. It is multiplied by
# 20,000, so that a good step gains about as much as it costs.


# %% tags=["not-graded", "raises-exception"]
def as_four_numbers(observation):
    """Position and velocity, both of size 1 or so, and two zeros: (n, 2) to (n, 4)."""
    position, velocity = observation.T
    nothing = np.zeros_like(position)
    return np.stack([position + 0.5, 20 * velocity, nothing, nothing], axis=1)


def energy(observation):
    """The potential: energy of the car, height and motion, (n, 2) to (n,)."""
    position, velocity = observation.T
    return 20_000 * (0.0025 / 3 * np.sin(3 * position) + velocity**2 / 2)


class MountainCarAgent(DQNAgent):
    """Your agent, with three actions and shaped rewards."""

    def __init__(self, settings=None):
        super().__init__(settings)
        self.net, self.target_net = DQN(n_actions=3), DQN(n_actions=3)
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True
        )

    def act(self, observation, explore=True):
        return super().act(as_four_numbers(observation), explore)

    def train(self, transition):
        before, after = transition.observation, transition.next_observation
        bonus = self.settings.gamma * energy(after) - energy(before)  # (n,)
        super().train(
            transition._replace(
                observation=as_four_numbers(before),
                next_observation=as_four_numbers(after),
                reward=transition.reward + bonus,
            )
        )


# %% tags=["not-graded", "raises-exception"]
climber = MountainCarAgent()
climbs = train_agent(
    climber,
    "helpers/MountainCar-v0",
    Training(
        episodes=5_000,
        environments=ENVIRONMENTS,
        max_steps=100_000,
        checkpoint_every=2_500,
        seed=1,
    ),
)
plot_learning_curve("mountain_car", climbs, title="The mountain car: your training, and ours")

# %% tags=["not-graded", "raises-exception"]
print(f"Greedy: {mean_score(play_episodes(climber, 'helpers/MountainCar-v0', seed=5)):.1f}")
animate(climber, "helpers/MountainCar-v0", seed=3)

# %% [markdown]
# We trained it with eight seeds. Seven reached $-110$, the eighth $-110.3$, after 20,000 to 30,000
# steps. Without shaping, with the same seeds and 100,000 steps, one of eight reached it, and two
# never left $-200$.
#
# Not every method works everywhere. We also tried the agents of {unit:policy_network} and
# {unit:actor_critic} on a second environment, the *acrobot* (`"helpers/Acrobot-v1"`: swing up an
# arm of two links, $-1$ a step, at most 500 steps). Of 8 trainings of the policy network, 5 reached
# the $-100$ that counts as solved; of 10 trainings of the actor-critic, 6 did. The others stayed
# between $-238$ and $-500$. Probably this is why: as long as every episode runs into the time
# limit, the returns depend on the time alone. Normalised, they say nothing about the actions, and
# the policy is pushed somewhere by chance. A method that is safe on one environment can fail on the
# next in a third of the trainings, and a single good run would have hidden it.
#
# Try it: let `energy` return zeros, or multiply it by 100 only. How many of five seeds reach
# $-110$?
#
# ## 15. What went wrong here?
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
# The second picture shows six agents, all with correct code. One has the settings of this unit,
# each of the others has one setting changed. You can tell some of them by what they never reach,
# others by how much the trainings differ.

# %% tags=["not-graded", "raises-exception"]
plot_lettered_curves("dqn")

# %% [markdown]
# ### Exercise: `diagnosis` (15 minutes)
#
# Here are four transitions, with a discount of 0.9 and the values that the target network gives to
# the next observation:
#
# | row | reward | terminated | truncated | $Q_{\text{target}}(s', 0)$ | $Q_{\text{target}}(s', 1)$ |
# |---|---|---|---|---|---|
# | 0 | 0.01 | no | no | 0.50 | 0.80 |
# | 1 | 0.01 | **yes** | no | 0.30 | 0.10 |
# | 2 | 0.01 | no | **yes** | 0.60 | 0.40 |
# | 3 | 0.02 | **yes** | no | 0.20 | 0.70 |
#
# Return a dictionary with three answers:
#
# * `"targets"`: the four numbers that the colleague's function returns, in this order.
# * `"too_large"`: by how much each of them is larger than the right target, four numbers.
# * `"curves"`: three letters of the second picture, for (1) the settings of this unit, (2)
#   `tau=0.005`, (3) `reward_scale=1`. For example `"abc"`.
#
# You may use your own functions, or paper.
#
# <details><summary>Hint</summary>
#
# After a fall there is no next state, so what should row 1 be worth? And what about the time limit
# in row 2? You have trained all three settings yourself, in the sections 10 and 12: which of them
# learned late, and in which did the trainings differ a lot?
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the answers to the three questions."""
    ### BEGIN SOLUTION
    return {
        "targets": [0.73, 0.28, 0.55, 0.65],
        "too_large": [0.0, 0.27, 0.0, 0.63],
        "curves": "ebf",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("dqn/diagnosis", diagnosis)

# %% [markdown]
# ## 16. In your own words
#
# (5 minutes, graded by hand.) The policy network of {unit:policy_network} had to throw its
# experience away after each update. This agent learns from the same transition many times. Why may
# a Q-network learn from steps that an older, worse version of itself has played? And why does it
# still help to play several cart poles in parallel?

# %% [markdown] nbgrader={"grade_id": "question-off-policy", "grade": true, "solution": true, "points": 2}
# A transition says what the environment does after this action in this state. That is true whoever
# chose the action. The target $r + \gamma \max_{a'} Q(s', a')$ takes the next action from the present
# network, not from the one that played. (A policy gradient averages over the actions of the *present*
# policy, so old ones do not fit.) Several cart poles are in different states at the same time: what
# enters the memory is more varied, batches have fewer steps that are alike, and one call of the network
# acts for all of them.
#
# **Points**
#
# * 1: The transition is a fact about the environment, and the target uses the maximum over the
#   present network's values, not the action that was played later.
# * 1: Several cart poles bring steps that are less alike at the same time (or: more steps in the
#   same time).

# %% [markdown]
# ## What you can do now
#
# * You can build a Deep Q-Network from its parts: memory, $\varepsilon$-greedy actions, targets, Huber
#   loss, target network.
# * You can say why a fall and a time limit are different for learning, and what it costs to mix them
#   up.
# * You can compare settings over several seeds, and you do not trust a single curve.
# * You can find a mistake from its numbers: probes, sizes of Q-values, curves.
#
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
