# %% [markdown]
# # Deep Q-learning with Keras, without and with its two key ideas
#
# $Q(s, a)$ is the return that you can expect after taking action $a$ in state $s$. With a table for
# $Q$, learning it has been possible since Watkins (1989). With a neural network in place of the
# table, it did not work for two decades: scores rose and then collapsed again. Then came the **Deep
# Q-Network** with two key ideas, a *replay memory* and a *target network* (Mnih et al.,
# *Human-level control through deep reinforcement learning*, Nature 518, 2015).
#
# In this notebook you follow the same path. First you build a naive agent and *see* how unstable it
# is. Then you add the two ideas, and the agent keeps the pole up.
#
# **What you will learn**
#
# * build a Keras model with two inputs, and call it fast enough for an agent;
# * see how Q-learning with a network fails, and say why;
# * add a replay memory and a target network, and measure what each of them does;
# * compare settings over several seeds, and say what the result shows and what it does not;
# * find a mistake from the numbers that a network is told to learn.
#
# **Difficulty**: medium. Plan three hours, of which your computer trains about three minutes. You
# need no other unit. {Unit:dqn} teaches the same method with PyTorch.
#
# You write about 45 lines of Keras and NumPy, in short exercises of 5 to 15 minutes, each with its
# check right below. Many exercises have more than one gap: replace every `# YOUR CODE HERE` and
# every `raise NotImplementedError()`. The lines that are given in an exercise's cell may be
# changed, too (for example, you may choose another optimizer), as long as all names and arguments
# stay the same.

# %%
# {start}

# %%
import time
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import gymnasium as gym
import keras
import numpy as np
from keras import layers

from autograder import check
from helpers import (
    AbstractAgent,
    RandomAgent,
    Setting,
    Training,
    compare_settings,
    mean_score,
    play_episodes,
    plot_experiment,
    plot_learning_curve,
    plot_lettered_curves,
    plot_model,
    plot_statistics,
    record_video,
    render,
    show_video,
    train_agent,
)
from helpers.figures import draw_hard_copies, draw_ring_buffer

# %% [markdown]
# ## 1. The short cart pole
#
# The environment of this unit is `helpers/ShortCartPole-v0`: the ordinary cart pole, but an episode
# is over after 200 steps. An observation has four numbers (position and velocity of the cart, angle
# and angular velocity of the pole). Action `0` pushes to the left and `1` to the right, and every
# step gives a reward of $+1$. The episode is **terminated** when the pole falls or the cart leaves
# the rail, and **truncated** when the 200 steps are over. It counts as solved at a mean score of
# 195.

# %% tags=["not-graded"]
env = gym.make("helpers/ShortCartPole-v0", render_mode="rgb_array")
observation, info = env.reset(seed=42)
render(env)
print("observations:", env.observation_space.shape, "  actions:", env.action_space.n)

# %%
baseline = play_episodes(RandomAgent(seed=1), "helpers/ShortCartPole-v0", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% [markdown]
# ## 2. A network with a mask
#
# A network could take a state *and* an action and return one number. But to find the best of
# several actions, you would have to call it once for each. So the Deep Q-Network has one output for
# each action, and one forward pass gives all Q-values of a state.
#
# For learning there is a difficulty. From one step we learn something about only *one* action, the
# one that was taken. So the network has a second input, the **action mask**. The outputs are
# multiplied by it:
#
# * A mask of ones lets all Q-values through. We use it to choose an action.
# * A mask with a single one, at the action that was taken, sets the other outputs to 0. We use it
#   to learn. An output that is multiplied by 0 has no gradient, so the other outputs learn nothing.
#
# ```
# observation (4) ── Dense 128, ReLU ── Dense 128, ReLU ── Dense n_actions ──┐
#                                                                         multiply ── output
# action mask (n_actions) ──────────────────────────────────────────────────┘
# ```
#
# We build such a model with two inputs with Keras' *functional API*: you call every layer with the
# output of the one before.
#
# ### Exercise: `model` (15 minutes)
#
# The inputs are given, and so is the compilation of the model. The loss is the mean squared error.
# Its gradient grows with the error, so one surprise could ruin everything. That is why every number
# in a gradient is clipped to the range from −1 to 1. The optimizer is **Adam**. It divides each
# number of the gradient by its usual size, so a weight with small gradients takes steps as large as
# one with large gradients. `alpha`, the learning rate, is about the size of a step.
#
# Compute `output`:
#
# 1. two hidden layers `layers.Dense` with `hidden_size` units and ReLU;
# 2. a last layer with `n_actions` units and *no* activation, because a Q-value can be any number;
# 3. `layers.Multiply()` of the last layer's output and the mask.
#
# You may initialise the weights in your own way. But keep those of the last layer small: it takes
# long to unlearn large Q-values.
#
# <details><summary>Hint</summary>
#
# The first line is `hidden = layers.Dense(hidden_size, activation="relu")(observation)`.
# `layers.Multiply()` is a layer, too: create it, then call it with a *list* of the two things to
# multiply.
# </details>


# %% nbgrader={"grade_id": "model", "solution": true}
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    ### BEGIN SOLUTION
    hidden = layers.Dense(hidden_size, activation="relu")(observation)  # (batch, hidden_size)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)  # (batch, hidden_size)
    values = layers.Dense(n_actions)(hidden)  # (batch, n_actions)
    output = layers.Multiply()([values, mask])  # (batch, n_actions)
    ### END SOLUTION
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model


# %% nbgrader={"grade_id": "check-model", "grade": true}
check("dqn_keras/model", build_model)

# %% [markdown]
# This is your model: each layer with the shape of its output and the number of its weights. The two
# inputs come from the left, and the mask joins last.

# %% tags=["not-graded", "raises-exception"]
model = build_model()
plot_model(model)

# %% [markdown]
# ## 3. How to call a Keras model, and how not to
#
# A Keras model has several ways to compute its outputs. For an agent, which asks about *one* state
# after another, the differences are huge. `predict` is made for large data sets: every call builds
# a data pipeline, callbacks and a progress bar. In a loop this takes a hundred times longer than
# the computation itself, and in many versions every call also loses memory. `fit` has the same
# problem for learning. `predict_on_batch` and `train_on_batch` take one batch and do nothing else.
# Measure it:

# %% tags=["not-graded", "raises-exception"]
state, ones, mask = np.zeros((1, 4), np.float32), np.ones((1, 2)), np.eye(2, dtype=np.float32)[:1]


def milliseconds(function, times):
    """Mean time of one call. The first call does not count: Keras compiles in it."""
    function()
    start = time.perf_counter()
    for _ in range(times):
        function()
    return 1000 * (time.perf_counter() - start) / times


for name, function, times in (
    ("predict", lambda: model.predict([state, ones], verbose=0), 10),
    ("model(...)", lambda: model([state, ones]), 100),
    ("predict_on_batch", lambda: model.predict_on_batch([state, ones]), 100),
    ("fit", lambda: model.fit([state, mask], mask, verbose=0), 10),
    ("train_on_batch", lambda: model.train_on_batch([state, mask], mask), 100),
):
    print(f"{name:18}{milliseconds(function, times):8.2f} ms per call")

# %% [markdown]
# A training of 30,000 steps takes a quarter of an hour or more with `predict` and `fit`, and half a
# minute with `predict_on_batch` and `train_on_batch`. The Keras documentation says it, too:
# [`predict`](https://keras.io/api/models/model_training_apis/#predict-method) is not meant for use
# inside loops. From here on, use only `predict_on_batch` and `train_on_batch`. The checks insist on
# it.
#
# ## 4. Choosing an action
#
# The *greedy* action is the one with the largest Q-value: what the agent thinks is best. But an
# agent that is always greedy never finds out whether it is right. So an **$\varepsilon$-greedy**
# agent takes a random action with probability $\varepsilon$, and the greedy one otherwise. It
# learns while it acts $\varepsilon$-greedily. It is tested greedily, because then random actions
# only do harm.
#
# At the start $\varepsilon$ is 1. Then it falls along a straight line to a small value and stays
# there.
#
# ### Exercise: `epsilon` (5 minutes)
#
# At `step` 0, epsilon is `start`. It falls in equal parts until it reaches `end` after `steps`
# steps. Then it stays there.
#
# <details><summary>Hint</summary>
#
# `share = min(step / steps, 1)` is the part of the way that is done. Without `min`, epsilon would
# become negative at some point. (`np.interp(step, [0, steps], [start, end])` does it all.)
# </details>


# %% nbgrader={"grade_id": "epsilon", "solution": true}
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    ### BEGIN SOLUTION
    share = min(step / steps, 1)
    return start + (end - start) * share
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-epsilon", "grade": true}
check("dqn_keras/epsilon", epsilon)

# %% [markdown]
# ### Exercise: `act` (10 minutes)
#
# `observation` is a NumPy array of shape `(n, 4)`: `n` cart poles are played in parallel. `net` is
# a model that your `build_model` made, so you may also give it the inputs by name.
#
# 1. Let `net` compute the Q-values of all actions, shape `(n, n_actions)`, with `predict_on_batch`
#    and a mask of ones.
# 2. Return an array of `n` actions, as whole numbers. Each row decides *for itself*: with
#    probability `epsilon` it gets a random action, all equally likely. Otherwise it gets the action
#    with the largest Q-value of its row.
#
# <details><summary>Hint</summary>
#
# `net.predict_on_batch([observation, np.ones((n, n_actions))])` takes one list with both inputs.
# `np.random.rand(n) < epsilon` is an array of true and false, each true with probability epsilon.
# `np.where(condition, a, b)` takes from `a` where the condition is true, and from `b` elsewhere.
# </details>


# %% nbgrader={"grade_id": "act", "solution": true}
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    ### BEGIN SOLUTION
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])  # (n, n_actions)
    explore = np.random.rand(n) < epsilon  # (n,)
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-act", "grade": true}
check("dqn_keras/act", select_action)

# %% [markdown]
# ## 5. What a step was worth
#
# After a step we know more than before: the reward $r$ and the next state $s'$. Together they tell
# us what $Q(s, a)$ should have been (the Bellman equation):
#
# $$y = r + \gamma\, \max_{a'} Q(s', a')$$
#
# To learn an estimate from another estimate is called **bootstrapping**. The agent need not wait
# for the end of the episode. But a wrong $Q(s', a')$ makes a wrong target. The **discount**
# $\gamma$ says how much the future counts: the agent looks about $1 / (1 - \gamma)$ steps ahead.
#
# If the pole fell with this step, nothing comes after it. Then $Q(s', a') = 0$ by definition, and
# $y = r$. If the episode was *truncated* after 200 steps, the pole is still standing: the maximum
# counts.
#
# ### Exercise: `targets` (10 minutes)
#
# All arguments but `net` and `gamma` are NumPy arrays with one row for each step of a batch. Return
# $y$, shape `(batch,)`.
#
# <details><summary>Hint</summary>
#
# Use `predict_on_batch` with a mask of ones again. `max` needs the axis: the largest value of each
# *row* is `values.max(axis=1)`. `~terminated` is *true* where the episode goes on. As a factor,
# *true* counts as 1.
# </details>


# %% nbgrader={"grade_id": "targets", "solution": true}
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    ### BEGIN SOLUTION
    next_values = net.predict_on_batch([next_observation, ones])  # (batch, n_actions)
    return reward + gamma * next_values.max(axis=1) * ~terminated  # (batch,)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-targets", "grade": true}
check("dqn_keras/targets", td_targets)

# %% [markdown]
# ### Exercise: `learn` (10 minutes)
#
# Write one update step. `action` holds whole numbers, `targets` holds the $y$ from above, both of
# shape `(batch,)`.
#
# 1. Make the mask, the one-hot encoding of the actions, shape `(batch, n_actions)`: 1 at the action
#    that was taken, 0 at the others.
# 2. Make the output that the masked network should have returned: the target at the action that was
#    taken, 0 elsewhere. (There the output is 0, too, so nothing is learned about these actions.)
# 3. Call `train_on_batch` with both, and return the loss that it returns.
#
# <details><summary>Hint</summary>
#
# `keras.utils.to_categorical(action, n_actions)` makes the one-hot encoding, and so does
# `np.eye(n_actions)[action]`. To multiply each row by its own target, turn the targets into a
# column: `targets[:, None]`, shape `(batch, 1)`.
# </details>


# %% nbgrader={"grade_id": "learn", "solution": true}
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    ### BEGIN SOLUTION
    one_hot = keras.utils.to_categorical(action, n_actions)  # (batch, n_actions)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-learn", "grade": true}
check("dqn_keras/learn", learn)

# %% [markdown]
# ## 6. The naive agent
#
# Now you have all the pieces of Q-learning. Let us put them together in the simplest way. The
# `AdvancedQAgent` (more advanced than a table, but not yet a Deep Q-Network) collects the last 32
# steps, as many as a batch holds, and learns from them after every step.
#
# Every agent in this course has the same methods, `act(observation, explore)` and
# `train(transition)`. Here they are given. A `transition` has the fields `observation`, `action`,
# `reward`, `next_observation`, `terminated` and `truncated`, with one row for each cart pole that
# is still playing.
#
# ### Exercise: `naive` (15 minutes)
#
# `self.memory` holds `batch_size` steps, each a tuple
# `(observation, action, reward, next_observation, terminated)`. In `replay`:
#
# 1. Make an array of each of the five parts, with `batch_size` rows. The assertions below this gap
#    tell you at once whether the shapes are right.
# 2. Compute the targets with `self.net` itself, and let `self.net` learn.
#
# The two gaps are in the same function, one above the assertions and one below. Both
# `raise NotImplementedError()` must go.
#
# <details><summary>Hint</summary>
#
# `zip(*self.memory)` turns a list of tuples into a tuple of all observations, a tuple of all
# actions, and so on. `np.array(...)` makes an array of each. Then call `td_targets(self.net, ...)`
# and `learn(self.net, ...)`. The discount is `s.gamma`.
# </details>


# %% nbgrader={"grade_id": "naive", "solution": true}
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps until epsilon has fallen from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first update step
    replay_interval: int = 4  # turns (one step of all cart poles) between two batches
    target_interval: int = 4  # batches between two copies to the target network


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(
            (
                transition.observation[row],
                transition.action[row],
                transition.reward[row],
                transition.next_observation[row],
                transition.terminated[row],
            )
            for row in range(len(transition.action))
        )
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        ### BEGIN SOLUTION
        columns = zip(*self.memory, strict=True)
        observation, action, reward, next_observation, terminated = map(np.array, columns)
        ### END SOLUTION
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        ### BEGIN SOLUTION
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-naive", "grade": true}
check("dqn_keras/naive", AdvancedQAgent)

# %% [markdown]
# Now watch it: one cart pole, 10,000 steps, about half a minute. (The next training will keep its
# best weights. This one runs to its end, whatever happens.)

# %% tags=["not-graded", "raises-exception"]
naive = AdvancedQAgent()
naive_statistics = train_agent(
    naive, "helpers/ShortCartPole-v0", Training(episodes=500, max_steps=10_000, seed=1)
)
plot_statistics(
    naive_statistics, threshold=195, window=20, title="Without replay memory and target network"
)

# %% [markdown]
# The agent does learn something: the scores go up. But again and again they fall back to ten or
# twenty, in the middle of success. There are two reasons.
#
# * **The steps of a batch are all alike.** 32 steps in a row are two thirds of a second of one
#   episode. The network adapts to them and forgets everything else. Above all, it forgets what
#   falling looks like when it has not fallen for a while.
# * **The target moves with every update step.** If the network raises $Q(s, a)$, it also raises
#   $Q(s', a')$, because similar states get similar values. So the target rises, $Q(s, a)$ follows,
#   and so on: the network chases its own tail.
#
# ## 7. First idea: the replay memory
#
# Keep the last 12,000 steps, not only the last 32, and learn from steps drawn from them *at
# random*. Then a batch holds steps from many episodes, good and bad, early and late.
#
# The memory is a **ring buffer**: five NumPy arrays of a fixed size. `position` is the row for the
# next step. At the end of the arrays we start again at row 0, and the oldest steps are overwritten.
# The picture shows a memory of 8 rows and four transitions of 3 steps each.

# %% tags=["not-graded"]
draw_ring_buffer(capacity=8, pushes=(3, 3, 3, 3))

# %% [markdown]
# ### Exercise: `memory` (15 minutes)
#
# 1. `push`: a transition brings `n` rows, one for each cart pole. Compute `rows`, the numbers of
#    the next `n` rows, starting at `position` and going around the ring. Write the five parts of
#    the transition into these rows of `self.store`. Move `position` on by `n`, around the ring, and
#    let `size` grow by `n`, but not beyond the capacity.
# 2. `sample`: draw `batch_size` row numbers at random, all *filled* rows equally likely, and return
#    a `Batch` of arrays with these rows.
#
# A transition also has the field `truncated`. Do not store it: for learning, a truncated step is a
# step like any other.
#
# You may also store the steps in your own way, for example in a `deque`. What counts is what
# `push`, `sample` and `len` do. You need not copy what `push` gets: the training loop makes new
# arrays in every step.
#
# <details><summary>Hint</summary>
#
# Around the ring: `(self.position + np.arange(n)) % self.capacity`. You can write many rows at
# once: `self.store.reward[rows] = transition.reward`. To draw row numbers, use
# `np.random.randint(self.size, size=batch_size)`. `Batch(*(array[rows] for array in self.store))`
# takes these rows of all five arrays.
# </details>


# %% nbgrader={"grade_id": "memory", "solution": true}
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
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
        """A Batch of batch_size steps drawn at random."""
        ### BEGIN SOLUTION
        rows = np.random.randint(self.size, size=batch_size)  # (batch,)
        return Batch(*(array[rows] for array in self.store))
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-memory", "grade": true}
check("dqn_keras/memory", ReplayMemory)

# %% [markdown]
# ## 8. Second idea: the target network
#
# The targets come from a second network with the same layers, which does not change while the first
# one learns. Only from time to time it gets the weights of the first, all at once. The picture
# follows one weight, made up for this purpose. Between two copies the targets stand still.

# %% tags=["not-graded"]
draw_hard_copies(interval=12)

# %% [markdown]
# ### Exercise: `copy` (5 minutes)
#
# Give `target_net` the weights of `net`. Both are models that your `build_model` made.
#
# <details><summary>Hint</summary>
#
# Every Keras model has `get_weights()` and `set_weights(...)`. Which of the two belongs to which
# network? (`target_net = net` would only give one network two names.)
# </details>


# %% nbgrader={"grade_id": "copy", "solution": true}
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    ### BEGIN SOLUTION
    target_net.set_weights(net.get_weights())
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-copy", "grade": true}
check("dqn_keras/copy", copy_weights)

# %% [markdown]
# ## 9. The Deep Q-Network
#
# ### Exercise: `update` (15 minutes)
#
# `DQNAgent` is the naive agent with both ideas. There are three tasks:
#
# 1. In `__init__`, create `self.target_net`: a second network with the same weights as `self.net`.
# 2. In `train`, push the transition into `self.memory`. Once `start_replay_step` steps have been
#    played, call `self.replay()`, but only in every `replay_interval`-th turn.
# 3. In `replay`, sample a batch from the memory. (The assertions are the same as before.) Take the
#    targets from the *target network* and let `self.net` learn. Count this batch in `self.batches`,
#    and copy the weights to the target network every `target_interval` batches.
#
# `replay` has two gaps again, one above the assertions and one below. In the whole cell, four
# `raise NotImplementedError()` must go.
#
# <details><summary>Hint</summary>
#
# `self.step` counts the steps played, `self.turns` the calls of `train`. In one turn each cart pole
# makes one step. “Every fourth turn” is `self.turns % 4 == 0`. You can unpack a `Batch`:
# `observation, action, reward, next_observation, terminated = self.memory.sample(...)`.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        ### BEGIN SOLUTION
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
        ### END SOLUTION
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        ### BEGIN SOLUTION
        self.memory.push(transition)
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()
        ### END SOLUTION

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        ### BEGIN SOLUTION
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        ### END SOLUTION
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        ### BEGIN SOLUTION
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("dqn_keras/update", DQNAgent)

# %% [markdown]
# The checks called *probes* are tiny environments whose Q-values you can work out on paper. When
# everything *looks* right but the agent does not learn, probes like these show where to search (A.
# Jones, [Debugging RL](https://andyljones.com/posts/rl-debugging.html), 2021).
#
# ## 10. Training
#
# The usual settings for this agent are: a discount of 1, batches of 32, a memory of 50,000 steps,
# learning after every single step from step 2,000 on, a learning rate of 0.001, a copy to the
# target network every 1,000 steps, epsilon down to 0.001, and hidden layers of 32 units. With them,
# half of all trainings miss 195, and a training takes a minute and a half. Ours takes a few
# seconds. Here are our settings (the *hyperparameters*), and why we chose them:
#
# * **A discount of 0.97** instead of 1. With 1 there is no limit for the Q-values, and each error
#   is passed on at full size. With 0.97 no return is larger than $1/(1 - 0.97) = 33$ rewards.
#   Looking thirty steps ahead is enough to keep a pole up.
# * **Rewards are scaled by 0.02**, so that no value is larger than 1. A new network gives values of
#   about 0, and it is a long way from there to 33. On the way, one surprise can ruin everything.
#   The best actions stay the same. (0.01 and 0.03 learned more slowly.)
# * **48 cart poles in parallel, and a batch of 256 in every fourth turn.** Calling the network
#   takes half a millisecond, for one cart pole or for 48, and a large batch takes hardly longer
#   than a small one. (The Deep Q-Network of 2015 also learned in every fourth step.) Learning more
#   often does not help: the network then memorises the same few steps.
# * **A memory of 12,000 steps**, not 50,000. 48 cart poles fill it in 250 turns. With a larger
#   memory, most steps in a batch would come from a network that no longer exists.
# * **A learning rate of 0.004**, not 0.001, because the batches are large and the values small.
# * **A copy every 4 batches**, not every 1,000 steps. With each copy, the knowledge about a fall
#   travels at least one step further back. A pole that falls was already lost thirty or more steps
#   earlier, so it takes dozens of copies until the network knows this.
# * **Epsilon down to 0.03**, not 0.001. A random action from time to time keeps some near falls in
#   the memory.
# * **128 units** instead of 32, because a smaller network needs more steps.
#
# Even so, a Deep Q-Network reaches its goal and loses it again. So every 4,000 steps the agent is
# tested greedily on fifty new episodes, and its best weights are kept. Training stops when the
# agent passes a test twice in a row, the second time on fifty other episodes.
# In the picture each test is a green diamond. An empty one was broken off because it could no longer
# reach the best one. It shows the most that was still possible.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a new `DQNAgent`. The settings above learn well. In section 11 you try
# others.
#
# <details><summary>Hint</summary>
#
# `return DQNAgent(Settings())`. Give other settings by name: `Settings(gamma=1.0)`.
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
    "helpers/ShortCartPole-v0",
    Training(episodes=5_000, environments=48, max_steps=160_000, checkpoint_every=4_000, seed=1),
)

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_keras", statistics)

# %% [markdown]
# Is your curve inside the band? Each training in the band started from other random weights, and
# yours is one more. (It may end far below the dashed line. Training stops as soon as the greedy tests,
# the green diamonds, are passed. The best episodes are then still being played, and the curve ends
# with the batch before.) If your curve stays flat, go back to the checks and the probes.
#
# What counts is the mean score over 100 episodes, greedy and without learning:

# %% tags=["not-graded", "raises-exception"]
played = play_episodes(agent, "helpers/ShortCartPole-v0", episodes=100, seed=100)
print(f"Mean score over {len(played)} episodes: {mean_score(played):.1f} (195 needed)")

# %% [markdown]
# The grader does not take a number from this notebook. It trains a **new** agent with your code, in
# an environment of its own: a cart pole **in disguise**. The four numbers of the observation change
# places and signs, and the actions change names. To an agent that learns, this makes no difference.
# Then the agent plays 100 greedy episodes. A mean score of at least 195 earns the points. If the
# first training misses it, the grader tries two more. The next cell does the same here.
#
# Is that fair? We measured it with many trainings of the reference agent and of agents with a
# mistake. A correct solution misses all three times at most once in 1,000. An agent with a mistake
# that only its score can show gets through at most once in 100.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("dqn_keras/agent", make_agent)

# %% [markdown]
# ## 11. An experiment: how often should the weights be copied?
#
# The agents above copy the weights every 4 batches. What happens with a copy after *every* batch?
# And with one every 32 batches, when the targets stand still for longer? A single training says
# little, because chance decides a lot. So we train each setting with **several seeds**.
#
# ### Your prediction
#
# (5 minutes, graded by hand, 1 point.) Before you run the next cell: which of the three learns best
# within 20,000 steps, which worst, and why? Wrong predictions cost nothing. A reason is what
# counts.

# %% [markdown] nbgrader={"grade_id": "question-prediction", "grade": true, "solution": true, "points": 1}
# For example: every 4 batches is best and every 32 is worst. After each batch, the targets move with
# every update. After 32, they are calm, but old, and 20,000 steps are few.
#
# **Points**
#
# * 1: It expects an order and gives a reason: targets that move too often, or that are too old.
#   Whether the order comes true does not matter.

# %% [markdown]
# How to read the plot: the thick line or the large mark is the **interquartile mean** of the
# trainings, the mean without the lowest and the highest quarter. The band or the bar is its 95 %
# interval: it says how far the mean would move with other seeds. If the interval of a *difference*
# does not contain 0, the difference is not just luck. (Agarwal et al., *Deep RL at the edge of the
# statistical precipice*, 2021.) The next cell takes about a minute.


# %% tags=["not-graded", "raises-exception"]
def trained_with(**changes):
    """A setting of an experiment: ours, except for these changes."""
    training = Training(episodes=10_000, environments=48, max_steps=20_000)
    return Setting(lambda: DQNAgent(Settings(**changes)), training, "helpers/ShortCartPole-v0")


intervals_compared = compare_settings(
    {
        "every batch": trained_with(target_interval=1),
        "every 4": trained_with(target_interval=4),
        "every 32": trained_with(target_interval=32),
    },
    seeds=range(5),
)
print(intervals_compared.table())
print("every 4 minus every batch:", intervals_compared.difference("every 4", "every batch"))
print("every 4 minus every 32:   ", intervals_compared.difference("every 4", "every 32"))
plot_experiment(intervals_compared, title="How often the weights are copied")

# %% [markdown]
# ### Exercise: `experiment` (15 minutes)
#
# Here are the greedy scores of the same experiment, as we measured them. (Yours may differ: your
# computer rounds in another way.) A row is a setting, a column a seed.

# %%
greedy = {
    "every batch": [145, 147, 144, 83, 194],
    "every 4": [91, 200, 197, 133, 168],
    "every 32": [13, 22, 15, 26, 9],
}

# %% [markdown]
# Return a dictionary with two keys:
#
# * `"middles"`: the interquartile means of the three rows, in this order. Three numbers. (With five
#   scores, a quarter rounded down is one score at each end.)
# * `"misled"`: suppose somebody trains only *once* with each of two settings and believes the higher
#   score. There are $5 \cdot 5 = 25$ pairs of trainings. Three numbers: in how many of them does every
#   batch beat every 4, every batch beat every 32, every 32 beat every 4?
#
# You may write numbers, or code that computes them. (The cell must work by itself, so copy the scores
# into the function if you need them.)
#
# <details><summary>Hint</summary>
#
# The interquartile mean of five scores is the mean of the middle three. For the pairs,
# `sum(a > b for a in one for b in other)` counts how often `a` is larger.
# </details>


# %% nbgrader={"grade_id": "experiment", "solution": true}
def experiment():
    """Return the dictionary with your two answers."""
    ### BEGIN SOLUTION
    return {"middles": [145.3, 166.0, 16.7], "misled": [9, 25, 0]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-experiment", "grade": true}
check("dqn_keras/experiment", experiment)

# %% [markdown]
# ### What the picture shows
#
# (10 minutes, graded by hand, 3 points.) Look at *your* picture and your differences.
#
# 1. Which differences are more than luck, and how do you see it? What can 20,000 steps not show? (1
#    point)
# 2. With a copy every 32 batches the targets are the calmest. Why does the agent learn so little? (1
#    point)
# 3. Plan the next experiment: what do you vary, what do you keep, how many seeds, what do you measure,
#    and when do you say "I cannot tell"? (1 point)

# %% [markdown] nbgrader={"grade_id": "question-experiment", "grade": true, "solution": true, "points": 3}
# 1. Those whose 95 % interval does not contain 0: in our run every 4 against every 32. Every batch and
# every 4 are not told apart. Whether every 32 would catch up after more steps is not shown.
# 2. A value travels back by one step with each copy, because the targets of the step before use the
# copied weights. With a copy every 32 batches there are few copies within 20,000 steps. The network
# learns the old, wrong targets very exactly.
# 3. For example intervals 1, 4 and 8. Keep everything else and the number of steps, train ten seeds or
# more with each, measure the greedy score, and look at the intervals of the differences. If one contains
# 0: "I cannot tell".
#
# **Points**
#
# * 1: It uses the intervals of its own run, and says that slow learning may catch up after 20,000
#   steps.
# * 1: Values travel back only with the copies, so that with few copies the targets stay wrong for a
#   long time.
# * 1: It changes one thing, trains more seeds, and names the score and when it is undecided.

# %% [markdown]
# ## 12. The video
#
# Now we film the trained agent. It does not learn any more.

# %% tags=["not-graded", "raises-exception"]
video = record_video(agent, "helpers/ShortCartPole-v0", "dqn_keras.mp4", seed=3)
show_video(video)

# %% [markdown]
# ## 13. What went wrong here?
#
# A colleague wrote everything as you did, except for these lines in `learn`:
#
# ```python
# one_hot = keras.utils.to_categorical(action, n_actions)
# ones = np.ones_like(one_hot)
# return net.train_on_batch([observation, ones], one_hot * targets[:, None])
# ```
#
# This is the learning curve (measured). The Q-values stayed below 0.25, although a standing pole is
# worth 33 rewards of 0.02 each. In the end the agents pushed nearly always to the same side.

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_keras_diagnosis")

# %% [markdown]
# The second picture shows six agents. One has the settings of this unit, four have one setting
# changed, and one is the colleague's.

# %% tags=["not-graded", "raises-exception"]
plot_lettered_curves("dqn_keras")

# %% [markdown]
# ### Exercise: `diagnosis` (15 minutes)
#
# Here is a batch of three steps, with the Q-values that the network gives to the observation:
#
# | row | $Q(s, 0)$ | $Q(s, 1)$ | action | target |
# |---|---|---|---|---|
# | 0 | 0.30 | 0.50 | 1 | 0.60 |
# | 1 | 0.20 | 0.60 | 0 | 0.20 |
# | 2 | 0.40 | 0.10 | 0 | 0.30 |
#
# For each of the six outputs (row 0 action 0, row 0 action 1, row 1 action 0, and so on), how far
# should the network move, according to the batch? This is the number that `train_on_batch` is given
# as the wanted output, minus what the network returns with the mask that it is given.
#
# Return a dictionary with three answers:
#
# * `"colleague"`: these six numbers with the colleague's lines.
# * `"yours"`: the same six numbers with your `learn`.
# * `"curves"`: three letters of the second picture, for (1) the settings of this unit, (2)
#   `target_interval=32`, (3) the colleague's. For example `"abc"`.
#
# <details><summary>Hint</summary>
#
# With a mask of ones the network returns both Q-values. With the one-hot mask it returns 0 where
# the mask is 0. The wanted outputs are the same in both. You have trained `target_interval=32`
# yourself in section 11: where was it after 20,000 steps? The colleague's curve is in the first
# picture.
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the answers to the three questions."""
    ### BEGIN SOLUTION
    return {
        "colleague": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1],
        "yours": [0.0, 0.1, 0.0, 0.0, -0.1, 0.0],
        "curves": "fce",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("dqn_keras/diagnosis", diagnosis)

# %% [markdown]
# ## 14. In your own words
#
# (5 minutes, graded by hand.) In the naive agent, a batch held steps that came right after each
# other. What goes wrong when a network learns only from such batches, and what exactly changes when
# the steps are drawn at random from a large memory? And why does it *not* help to make the interval
# of the target network as long as possible?

# %% [markdown] nbgrader={"grade_id": "question-remedies", "grade": true, "solution": true, "points": 2}
# Steps right after each other are nearly the same. A network that learns only from them fits the
# present situation and forgets the others, and its next actions lead to more of the same. Steps drawn
# from a large memory come from many episodes and times: a batch shows all kinds of situations, and each
# step is used several times. The interval must not be too long, because the targets would be those of an
# old network, and a value travels back by only one step with each copy.
#
# **Points**
#
# * 1: Steps right after each other are alike, and a batch drawn from a large memory is mixed, so
#   that nothing is forgotten.
# * 1: With a very long interval the targets are old, and values travel back very slowly.

# %% [markdown]
# ## What you can do now
#
# * You can build a Keras model with the functional API, and you know which calls are fast.
# * You can say what a replay memory and a target network are for, because you have seen the agent
#   without them.
# * You can compare settings over several seeds, and you do not trust a single curve.
# * You can find a mistake by working out what a network is told to learn.
#
# ## Where to go from here
#
# * V. Mnih et al., [Human-level control through deep reinforcement
#   learning](https://doi.org/10.1038/nature14236), *Nature* 518, 2015, with both ideas. The first
#   version is [Playing Atari with Deep Reinforcement Learning](https://arxiv.org/abs/1312.5602),
#   2013.
# * L.-J. Lin, [Self-improving reactive agents based on reinforcement learning, planning and
#   teaching](https://doi.org/10.1007/BF00992699), *Machine Learning* 8, 1992: where experience
#   replay comes from.
# * In {unit:double_dqn_keras}, you find out that these Q-values are too large, and why.
