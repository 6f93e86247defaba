# %% [markdown]
# # Deep Q-learning with Keras, without and with its two remedies
#
# $Q(s, a)$ is the return to expect after action $a$ in state $s$. With a table for $Q$ this has
# been known since Watkins (1989); with a neural network in the place of the table it would not
# work, for two decades: scores rose, and collapsed again. Then came the **Deep Q-Network** with two
# remedies, a *replay memory* and a *target network* (Mnih et al., *Human-level control through deep
# reinforcement learning*, Nature 518, 2015).
#
# In this notebook you do it in that order. First you build the naive agent and *watch* it being
# unstable. Then you add the two remedies, and it holds the pole for good.
#
# You write about 40 lines of Keras and NumPy, in ten exercises of 5 to 15 minutes, each with its
# check right below.

# %%
import logging
import os
import sys

if "google.colab" in sys.modules:  # on Colab, install the course first; elsewhere it is there
    # %pip install --quiet "git+$COURSE_URL"
    pass

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # hide TensorFlow's start-up messages
# Our networks are so small that several threads would mostly wait for each other.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

# %%
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import gymnasium as gym
import keras
import numpy as np
from IPython.display import Video
from keras import layers

from autograder import check, start_unit
from helpers import (
    AbstractAgent,
    RandomAgent,
    Training,
    mean_score,
    play_episodes,
    plot_learning_curve,
    plot_statistics,
    record_video,
    render,
    train_agent,
)

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # importing TensorFlow resets this
start_unit("dqn_keras")

# %% [markdown]
# ## 1. The short cart pole
#
# The task of this unit is `helpers/ShortCartPole-v0`: the ordinary cart pole, but an episode is
# over after 200 steps. An observation has four numbers (position and velocity of the cart, angle
# and angular velocity of the pole), action `0` pushes to the left and `1` to the right, and every
# step is rewarded with $+1$. The episode is **terminated** when the pole falls or the cart leaves
# the rail, **truncated** when the 200 steps are over. It counts as solved at a mean score of 195.

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
# A network could take state *and* action and answer with one number. But to find the best of
# several actions, it would have to be asked once for each. So the Deep Q-Network has one output for
# each action, and one forward pass tells all Q-values of a state.
#
# For learning there is a catch: from one step we learn something about *one* action only, the one
# that was taken. Therefore the network has a second input, the **action mask**, with which the
# outputs are multiplied:
#
# * a mask of ones lets all Q-values through (for choosing an action);
# * a mask with a single one, at the action that was taken, sets the others to 0 (for learning). What
#   is multiplied with 0 has no gradient: the other outputs learn nothing.
#
# ```
# observation (4) ── Dense 128, ReLU ── Dense 128, ReLU ── Dense n_actions ──┐
#                                                                         multiply ── output
# action mask (n_actions) ──────────────────────────────────────────────────┘
# ```
#
# Such a model with two inputs is built with Keras' *functional API*: every layer is called with the
# output of the one before.
#
# ### Exercise: `model` (15 minutes)
#
# The inputs are there, and so are the model and its compilation (mean squared error; Adam with the
# learning rate `alpha` and no number in a gradient beyond 1). Compute `output`:
#
# 1. two hidden layers `layers.Dense` with `hidden_size` units and ReLU;
# 2. a last layer with `n_actions` units and *no* activation: a Q-value can be any number;
# 3. `layers.Multiply()` of that and the mask.
#
# <details><summary>Hint</summary>
#
# The first line is `hidden = layers.Dense(hidden_size, activation="relu")(observation)`.
# `layers.Multiply()` is a layer, too: make it, then call it with a *list* of the two things to
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
    optimizer.build(model.trainable_variables)  # made now, TensorFlow has less to compile later
    model.compile(loss="mse", optimizer=optimizer)
    return model


# %% nbgrader={"grade_id": "check-model", "grade": true}
check("dqn_keras/model", build_model)

# %% [markdown]
# Keras can draw it. (For the picture the package `pydot` and the program Graphviz are needed; where
# they are missing, there is a table instead.)

# %% tags=["not-graded", "raises-exception"]
model = build_model()
try:
    picture = keras.utils.plot_model(
        model, to_file=Path(tempfile.mkdtemp()) / "model.png", show_shapes=True, dpi=70
    )
except ImportError as missing:
    picture = None
    print(missing)
if picture is None:
    model.summary()
picture

# %% [markdown]
# ## 3. How to ask a Keras model, and how not to
#
# A Keras model has several ways to compute its outputs, and for an agent, which asks for *one*
# state after the other, they differ enormously. `predict` is made for large data sets: on every
# call it builds a data pipeline, callbacks and a progress bar. Inside a loop this costs a hundred
# times the computation itself, and in many versions memory is lost with every call. `fit` does the
# same for learning. Their siblings take one batch and do nothing else. Measure it:

# %% tags=["not-graded", "raises-exception"]
state, ones, mask = np.zeros((1, 4), np.float32), np.ones((1, 2)), np.eye(2, dtype=np.float32)[:1]


def milliseconds(function, times):
    """Mean time of one call; the first one, in which Keras compiles, does not count."""
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
# A training of 30,000 steps with `predict` and `fit` takes a quarter of an hour and more, with
# `predict_on_batch` and `train_on_batch` half a minute. The Keras documentation says it, too:
# [`predict`](https://keras.io/api/models/model_training_apis/#predict-method) is not meant for use
# inside of loops. From here on, use only `predict_on_batch` and `train_on_batch`; the checks insist.
#
# ## 4. Choosing an action
#
# The agent does what its network rates best, but with the probability $\varepsilon$ it does
# something random: only so does it find out what it does not know yet. In the beginning
# $\varepsilon$ is 1; then it falls on a straight line to a small value, and stays there.
#
# ### Exercise: `epsilon` (5 minutes)
#
# At `step` 0 epsilon is `start`; it falls in equal parts to `end`, which is reached after `steps`
# steps.
#
# <details><summary>Hint</summary>
#
# `share = min(step / steps, 1)` is the part of the way that is done; without `min` epsilon would
# become negative some day. (`np.interp(step, [0, steps], [start, end])` does it all.)
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
# `observation` is a NumPy array of shape `(n, 4)`: `n` cart poles are played side by side.
#
# 1. Let `net` compute the Q-values of all actions, shape `(n, n_actions)`: with
#    `predict_on_batch`, and a mask of ones.
# 2. Return an array of `n` actions. Each row decides *for itself*: with the probability `epsilon`
#    a random action, all equally likely; otherwise the action with the largest Q-value of its row.
#
# <details><summary>Hint</summary>
#
# `net.predict_on_batch([observation, np.ones((n, n_actions))])`: one list with both inputs.
# `np.random.rand(n) < epsilon` is a row of yes and no; `np.where(yes_or_no, a, b)` takes from `a`
# where it says yes, and from `b` elsewhere.
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
# After a step we know more than before: the reward $r$, and the state $s'$ that followed. Together
# they say what $Q(s, a)$ should have been (Bellman's equation):
#
# $$y = r + \gamma\, \max_{a'} Q(s', a')$$
#
# If the pole fell with this step, nothing comes any more, by definition $Q(s', a') = 0$, and
# $y = r$. If the episode was *truncated* after 200 steps, the pole still stands: the maximum counts.
#
# ### Exercise: `targets` (10 minutes)
#
# All arguments but `net` and `gamma` are NumPy arrays with a row for each step of a batch. Return
# $y$, shape `(batch,)`.
#
# <details><summary>Hint</summary>
#
# Again `predict_on_batch` with a mask of ones. `max` needs the axis: the largest of each *row* is
# `values.max(axis=1)`. `~terminated` is *true* where the episode goes on; as a factor, *true* is 1.
# </details>


# %% nbgrader={"grade_id": "targets", "solution": true}
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and r alone where the episode terminated: (batch,)."""
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
# One step of learning. `action` are whole numbers, `targets` the $y$ from above, both `(batch,)`.
#
# 1. Make the mask: the one-hot encoding of the actions, shape `(batch, n_actions)`: 1 at the action
#    that was taken, 0 at the others.
# 2. Make what the masked network should have answered: the target at the action taken, 0 elsewhere.
#    (There the output is 0, too, so nothing is to be learned about these actions.)
# 3. Call `train_on_batch` with both, and return the loss that it returns.
#
# <details><summary>Hint</summary>
#
# `keras.utils.to_categorical(action, n_actions)` makes the one-hot encoding, and so does
# `np.eye(n_actions)[action]`. To multiply each row with its own target, make the targets a column:
# `targets[:, None]`, shape `(batch, 1)`.
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
# All pieces of Q-learning are there. So let us put them together in the simplest way: the
# `AdvancedQAgent` (more advanced than a table, but not yet a Deep Q-Network) collects the last 32
# steps, as many as a batch has, and after every step learns from these.
#
# Every agent of this course has the same methods: `act(observation, explore)` and
# `train(transition)`, here given. A `transition` has the fields `observation`, `action`, `reward`,
# `next_observation`, `terminated`, `truncated`, with one row for each cart pole that is still
# playing.
#
# ### Exercise: `naive` (15 minutes)
#
# `self.memory` holds `batch_size` steps, each a tuple `(observation, action, reward,
# next_observation, terminated)`. In `replay`:
#
# 1. make an array of each of the five parts, with `batch_size` rows; the assertions below tell you
#    at once whether their shapes are right;
# 2. compute the targets with `self.net` itself, and let `self.net` learn.
#
# <details><summary>Hint</summary>
#
# `zip(*self.memory)` turns a list of tuples into tuples of all observations, all actions, and so
# on; `np.array(...)` makes an array of each. Then `td_targets(self.net, ...)` and
# `learn(self.net, ...)`; the discount is `s.gamma`.
# </details>


# %% nbgrader={"grade_id": "naive", "solution": true}
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps in which epsilon falls from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first batch is learned
    replay_interval: int = 4  # turns (of all cart poles at once) from one batch to the next
    target_interval: int = 4  # batches learned between two copies to the target network


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
        """Learn from the last steps."""
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
# Now watch it. One cart pole, 10,000 steps; that takes about half a minute. (The next training will
# be judged by its best weights; this one runs to its end, whatever happens.)

# %% tags=["not-graded", "raises-exception"]
naive = AdvancedQAgent()
naive_statistics = train_agent(
    naive, "helpers/ShortCartPole-v0", Training(episodes=500, max_steps=10_000, seed=1)
)
plot_statistics(naive_statistics, threshold=195, window=20, title="Without the two remedies")

# %% [markdown]
# It is not that nothing is learned: the scores do rise. But they fall back to ten or twenty again
# and again, in the middle of success. There are two reasons.
#
# * **The steps of a batch are all alike.** 32 steps in a row are two thirds of a second of one
#   episode. The network bends itself to them and forgets everything else, above all what falling
#   looks like when it has not fallen for a while.
# * **The target moves with every step of learning.** If $Q(s, a)$ is raised, the network, being
#   smooth, raises $Q(s', a')$ as well, the target rises, $Q(s, a)$ follows …: the network chases
#   its own tail.
#
# ## 7. First remedy: the replay memory
#
# Keep the last 12,000 steps, not the last 32, and learn from steps drawn from them *by chance*.
# Then a batch holds steps of many episodes, good and bad, early and late.
#
# The memory is a **ring**: five NumPy arrays of fixed size. `position` is the row in which the next
# step goes; when the end is reached, it starts again at row 0, and the oldest steps are overwritten.
#
# ### Exercise: `memory` (15 minutes)
#
# 1. `push`: a transition brings `n` rows, one for each cart pole. Compute `rows`, the `n` row
#    numbers from `position` on, counted round the ring; write the five parts of the transition into
#    these rows of `self.store`; move `position` on by `n`, round the ring, and let `size` grow by
#    `n`, but not beyond the capacity.
# 2. `sample`: draw `batch_size` row numbers by chance, all *filled* rows equally likely, and return
#    a `Batch` of arrays with these rows.
#
# A transition also has the field `truncated`. Do not store it: for learning, a truncated step is a
# step like any other.
#
# <details><summary>Hint</summary>
#
# Round the ring: `(self.position + np.arange(n)) % self.capacity`. Several rows are written at
# once: `self.store.reward[rows] = transition.reward`. For drawing there is
# `np.random.randint(self.size, size=batch_size)`, and
# `Batch(*(array[rows] for array in self.store))` picks these rows of all five.
# </details>


# %% nbgrader={"grade_id": "memory", "solution": true}
class Batch(NamedTuple):
    """Some steps: a row for each of them in every array."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` steps, in a ring."""

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
        """Keep the n rows of one transition; forget the oldest if there is no room."""
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
# ## 8. Second remedy: the target network
#
# The targets are asked of a second network, built alike, which stands still while the first one
# learns. Only now and then it gets the weights of the first, all at once.
#
# ### Exercise: `copy` (5 minutes)
#
# Give `target_net` the weights of `net`.
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
# `DQNAgent` is the naive agent with both remedies. Three gaps:
#
# 1. in `__init__`, make `self.target_net`: a second network with the same weights as `self.net`;
# 2. in `train`, push the transition into `self.memory`; and once `start_replay_step` steps have been
#    played, call `self.replay()`, but only in every `replay_interval`-th turn;
# 3. in `replay`, sample a batch from the memory (the assertions are the same as before); let the
#    *target network* say the targets and let `self.net` learn; count this in `self.batches`, and
#    every `target_interval` batches copy the weights to the target network.
#
# <details><summary>Hint</summary>
#
# `self.step` counts the steps played, `self.turns` the calls of `train`: in one turn all cart poles
# make a step. “Every fourth turn” is `self.turns % 4 == 0`. A `Batch` can be unpacked:
# `observation, action, reward, next_observation, terminated = self.memory.sample(...)`.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "a batch needs so many steps in the memory"
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
        """Learn from a batch from the memory; now and then the target network follows."""
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
# The checks called *probes* are tiny environments whose Q-values can be worked out on paper. When
# everything *looks* right and yet the agent does not learn, such a ladder shows where to search (A.
# Jones, [Debugging RL](https://andyljones.com/posts/rl-debugging.html), 2021).
#
# ## 10. Training
#
# The usual settings for this agent (a discount of 1, batches of 32, a memory of 50,000, learning from
# step 2,000 on after every single step with the rate 0.001, the target network copied every 1,000
# steps, epsilon down to 0.001, hidden layers of 32 units) miss 195 in every second training, and take a
# minute and a half. Ours need some seconds:
#
# * **discount 0.97** instead of 1: with 1 nothing bounds the Q-values, and each error is passed on
#   undiminished; with 0.97 no return exceeds $1/(1 - 0.97) = 33$ rewards, and thirty steps are as far
#   ahead as it takes to keep a pole up.
# * **a reward is learned as 0.02**, not 1, so that no value exceeds 1: a fresh network says about 0, and
#   to 33 it is a long way, on which one surprise can throw everything over. What is best stays the
#   same. (0.01 and 0.03 learned more slowly.)
# * **48 cart poles in parallel, and a batch of 256 in every fourth turn.** A call of the network costs
#   half a millisecond, whether it is about one cart pole or 48, and a large batch hardly more than a
#   small one. (The Deep Q-Network of 2015 learned in every fourth step, too.) Learning more often gains
#   nothing: the network then learns the same few steps by heart.
# * **a memory of 12,000 steps**, not 50,000: 48 cart poles fill it in 250 turns. With a larger one most
#   batches would show what happened to a network that no longer exists.
# * **a learning rate of 0.004**, not 0.001, now that batches are large and values small.
# * **a copy every 4 batches**, not every 1,000 steps: with each copy the knowledge about a fall travels
#   at least one step further back. A pole that falls was lost thirty or more steps earlier, so it takes
#   dozens of copies until that is known.
# * **epsilon down to 0.03**, not 0.001: now and then a chance action keeps some near falls in the
#   memory.
# * **128 units** instead of 32: a smaller network needs more steps.
#
# Even so, a Deep Q-Network reaches its goal and loses it again. So every 4,000 steps the agent is
# tested greedily on fifty fresh episodes; the best weights are kept, and training ends when a test
# is passed, and passed again on fifty other episodes.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a fresh `DQNAgent`. The settings above learn well; try others, too, and
# compare the curves.
#
# <details><summary>Hint</summary>
#
# `return DQNAgent(Settings())`. Other settings are given by name: `Settings(gamma=1.0)`.
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
plot_statistics(statistics, threshold=195, title="With replay memory and target network")

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_keras", statistics)

# %% [markdown]
# Is your curve in the band? Each of the trainings in it started from other random weights; yours is
# one more. (It may end far below the line: a score counts when its episode is over, and when the
# tests are passed, training stops in the middle of the best ones.) If it stays flat, go back to the
# checks and the probes.
#
# What counts is the mean score over 100 episodes, greedy and without learning:

# %% tags=["not-graded", "raises-exception"]
played = play_episodes(agent, "helpers/ShortCartPole-v0", episodes=100, seed=100)
print(f"Mean score over {len(played)} episodes: {mean_score(played):.1f} (195 needed)")

# %% [markdown]
# The grader does not take a number from this notebook. It trains a **fresh** agent of yours with
# your code, in an environment of its own: a cart pole **in disguise** (the four numbers of the
# observation change places and signs, the actions change names; to a learning agent that makes no
# difference), and then plays 100 episodes itself. If the first training misses 195, two more are
# tried. The next cell does the same here.
#
# How fair is that? From many trainings of the reference and of agents with a mistake we know: a right
# solution misses all three at most once in 1,000 times; an agent with a mistake that only its score
# can show gets through at most once in 100 times.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("dqn_keras/agent", make_agent)

# %% [markdown]
# ## 11. The video
#
# The trained agent is filmed; it does not learn any more.

# %% tags=["not-graded", "raises-exception"]
video = record_video(agent, "helpers/ShortCartPole-v0", "dqn_keras.mp4", seed=3)
Video(str(video), embed=True)

# %% [markdown]
# ## 12. What went wrong here?
#
# A colleague wrote everything as you did, but in `learn` stands:
#
# ```python
# one_hot = keras.utils.to_categorical(action, n_actions)
# ones = np.ones_like(one_hot)
# return net.train_on_batch([observation, ones], one_hot * targets[:, None])
# ```
#
# This is the learning curve (measured). The Q-values stayed below 0.25, although a pole that stands is
# worth 33 rewards, each learned as 0.02, and the agents ended by pushing nearly always to the same side.

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("dqn_keras_diagnosis")

# %% [markdown]
# ### Exercise: `diagnosis` (5 minutes)
#
# Which explanation fits the snippet, the curve *and* the Q-values? Return its letter.
#
# * **a**: The learning rate is too small; with more episodes the values and the curve would rise.
# * **b**: The targets move with every batch, so the Q-values drive each other up.
# * **c**: With every step the actions that were *not* taken learn that they are worth 0, so the one
#   that is taken more often looks better, and is taken still more often.
# * **d**: The memory is too small and holds only falls.
#
# <details><summary>Hint</summary>
#
# Take one step with the action 1 and the target 5. What does the network answer with this mask, and
# what is it told that it should have answered, for action 1, and for action 0?
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the letter of the explanation that fits."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("dqn_keras/diagnosis", diagnosis)

# %% [markdown]
# ## 13. In your own words
#
# (5 minutes, graded by hand.) In the naive agent, neighbouring steps stood in one batch. What goes
# wrong when a network learns from them alone, and what exactly does drawing by chance from a large
# memory change? And why is it *not* a remedy to make the target network's interval as long as
# possible?

# %% [markdown] nbgrader={"grade_id": "question-remedies", "grade": true, "solution": true, "points": 2}
# *Your answer here.*

# %% [markdown]
# ## Where to go from here
#
# * V. Mnih et al., [Human-level control through deep reinforcement
#   learning](https://doi.org/10.1038/nature14236), *Nature* 518, 2015, with the two remedies; the
#   first version is [Playing Atari with Deep Reinforcement
#   Learning](https://arxiv.org/abs/1312.5602), 2013.
# * L.-J. Lin, [Self-improving reactive agents based on reinforcement learning, planning and
#   teaching](https://doi.org/10.1007/BF00992699), *Machine Learning* 8, 1992: where experience
#   replay comes from.
# * In the next unit, *double_dqn_keras*, you find out that these Q-values are too large, and why.
