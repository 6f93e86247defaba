# %% [markdown]
# # Double DQN: the network that overestimates itself
#
# The Deep Q-Network of {unit:dqn_keras} holds the pole, but its Q-values are too large. It takes
# the *largest* of several estimates, and on average, the largest of several noisy numbers is too
# large. **Double DQN** fixes this with one changed line: one network chooses the action, the other
# one says what it is worth (van Hasselt, Guez, Silver, *Deep Reinforcement Learning with Double
# Q-learning*, 2016).
#
# In this notebook you write both and see the difference in a plot. Along the way you learn more
# about Keras: a model as a *class* of your own, an update step compiled by TensorFlow, and a whole
# model in a file.
#
# **What you will learn**
#
# * say why the maximum of noisy estimates is too large, and measure by how much;
# * write Double DQN's targets, and tell them from plain DQN's;
# * write a Keras model as a class, compile an update step, and keep a whole model in a file;
# * compare settings over several seeds, and say what the result shows and what it does not;
# * find a mistake by following the weights from network to network.
#
# **Difficulty**: medium to hard. Plan three hours, of which your computer trains about three
# minutes. You need {unit:dqn_keras} or {unit:dqn}: memory, targets and the target network are
# explained there.
#
# The environment is `CartPole-v1`: 500 steps, solved at a mean score of 475. You write about 50
# lines, in short exercises of 5 to 15 minutes, each with its check right below. Many exercises have
# more than one gap: replace every `# YOUR CODE HERE` and every `raise NotImplementedError()`. The
# lines that are given in an exercise's cell may be changed, too (for example, you may choose
# another optimizer), as long as all names and arguments stay the same.

# %%
# {start}

# %%
import random
from dataclasses import dataclass
from typing import NamedTuple

import gymnasium as gym
import keras
import numpy as np
import tensorflow as tf

from autograder import check
from helpers import (
    AbstractAgent,
    RandomAgent,
    Setting,
    Training,
    animate,
    compare_settings,
    mean_score,
    play_episodes,
    plot_experiment,
    plot_learning_curve,
    train_agent,
    working_on,
)
from helpers.figures import draw_hard_copies, draw_ring_buffer, plot_believed_values

# %% [markdown]
# ## 1. Observations and actions

# %%
env = gym.make("CartPole-v1")
observation, info = env.reset(seed=1)
print("actions:     ", env.action_space, "so there are", env.action_space.n)
print("observations:", env.observation_space.shape, observation)

baseline = play_episodes(RandomAgent(n_actions=2, seed=1), "CartPole-v1", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% [markdown]
# ## 2. The replay buffer
#
# The agent learns from steps drawn at random from the last `buffer_size` ones. Five arrays hold
# them, used as a ring: when the last row is full, the next step replaces the oldest one. There are
# two rules for drawing:
#
# * All steps in the buffer are equally likely, and no step appears *twice* in a batch.
# * Asking for more steps than the buffer holds is a mistake, so it must raise an error.
#
# The picture shows a buffer of 8 rows and four calls of `add` with 3 steps each.

# %% tags=["not-graded"]
draw_ring_buffer(capacity=8, pushes=(3, 3, 3, 3))

# %% [markdown]
# ### Exercise: `memory` (15 minutes)
#
# 1. `add`: `n` cart poles are played in parallel, so a transition has `n` rows. Write its fields
#    `observation`, `action`, `reward`, `next_observation` and `terminated` into the next `n` rows
#    of the ring. (Leave `truncated` out: when the time is up, the pole is still standing.)
# 2. `sample`: raise an error if `batch_size` is larger than the buffer's size. Otherwise return a
#    `Batch` of arrays with `batch_size` different rows, drawn at random.
#
# You may also store the steps in your own way, for example in a `deque`. What counts is what `add`,
# `sample` and `len` do. You need not copy what `add` gets: the training loop makes new arrays in
# every step.
#
# <details><summary>Hint</summary>
#
# The rows are `(self.position + np.arange(n)) % self.buffer_size`. Afterwards, update
# `self.position` and `self.size`. `random.sample(range(self.size), batch_size)` quickly draws
# different numbers, and it raises an error by itself if there are not enough.
# </details>


# %% nbgrader={"grade_id": "memory", "solution": true}
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.store = Batch(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros(buffer_size, np.int64),
            reward=np.zeros(buffer_size, np.float32),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros(buffer_size, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        ### BEGIN SOLUTION
        rows = (self.position + np.arange(n)) % self.buffer_size  # (n,)
        for name, array in self.store._asdict().items():
            array[rows] = getattr(transition, name)
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)
        ### END SOLUTION

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        ### BEGIN SOLUTION
        rows = random.sample(range(self.size), batch_size)
        return Batch(*(array[rows] for array in self.store))
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-memory", "grade": true}
check("double_dqn_keras/memory", ReplayBuffer)

# %% [markdown]
# ## 3. A model as a class
#
# Keras has a third way to build a model, after `Sequential` and the functional API: a class of your
# own that inherits from `keras.Model`. You create the layers in `__init__`, and you send the input
# through them in `call`. There you can use all of Python, for example a loop over *any number* of
# hidden layers. Each of ours has 128 units with ReLU. The last layer has one unit for each action
# and no activation.
#
# Such a class can also have methods of its own: `act` chooses the actions.
#
# A Keras layer learns the shape of its input when it is called for the first time. Only then does
# it create its weights. This is why `new_network` below calls the network once.
#
# ### Exercise: `network` (15 minutes)
#
# 1. In `__init__`, create the list `self.hidden_layers` with `n_hidden_layers` dense layers of 128
#    units and ReLU, and create `self.output_layer`.
# 2. In `call`, send `x` through all of them.
# 3. In `act`, return for each row of `observation` the action with the largest Q-value, as an array
#    of whole numbers, shape `(n,)`.
#
# Leave the initial weights as Keras draws them. With He initialisation, for example, even in the
# hidden layers alone, the first Q-values are so large that the agent does not learn in time.
#
# <details><summary>Hint</summary>
#
# `for layer in self.hidden_layers: x = layer(x)`. In `act`, call
# `self.predict_on_batch(observation)` (not `predict`, which is for large data sets), and take
# `argmax` along the axis of the actions.
# </details>


# %% nbgrader={"grade_id": "network", "solution": true}
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        ### BEGIN SOLUTION
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(n_actions)
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        for layer in self.hidden_layers:
            x = layer(x)  # (batch, 128)
        return self.output_layer(x)  # (batch, n_actions)
        ### END SOLUTION

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        ### BEGIN SOLUTION
        return self.predict_on_batch(observation).argmax(axis=1)  # (n,)
        ### END SOLUTION

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        return {
            **super().get_config(),
            "n_actions": self.n_actions,
            "n_hidden_layers": self.n_hidden_layers,
        }


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net


# %% nbgrader={"grade_id": "check-network", "grade": true}
check("double_dqn_keras/network", DQN)

# %% tags=["not-graded", "raises-exception"]
new_network(n_hidden_layers=3).summary()

# %% [markdown]
# ## 4. Exploring
#
# The *greedy* action is the one with the largest Q-value: what the agent thinks is best. An agent
# that is always greedy never finds out whether it is right. So with probability epsilon it takes a
# random action. It learns while it acts in this way, and it is tested greedily. At the start all
# actions are random. Then epsilon falls along a straight line to its final value and stays there.
#
# ### Exercise: `epsilon` (5 minutes)
#
# Interpolate: epsilon is `start` at `step` 0, and `end` at `steps` and after that.
#
# <details><summary>Hint</summary>
#
# NumPy has a function for this: `np.interp(x, [x0, x1], [y0, y1])`. Outside the interval it returns
# the value at the nearer end.
# </details>


# %% nbgrader={"grade_id": "epsilon", "solution": true}
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    ### BEGIN SOLUTION
    return np.interp(step, [0, steps], [start, end])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-epsilon", "grade": true}
check("double_dqn_keras/epsilon", epsilon)

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
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    ### BEGIN SOLUTION
    explore = np.random.rand(n) < epsilon  # (n,)
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-act", "grade": true}
check("double_dqn_keras/act", select_action)

# %% [markdown]
# ## 5. Two kinds of targets
#
# From here on we compute with TensorFlow's tensors, not with NumPy's arrays, because the whole
# update step will be compiled. Everything you need is in `keras.ops`, where the functions have
# NumPy's names: `keras.ops.max(values, axis=1)`, `keras.ops.argmax`,
# `keras.ops.where(condition, a, b)`.
#
# To learn an estimate from another estimate is called *bootstrapping*: the reward is certain, the
# value of the next state is only believed. The discount $\gamma$ says how much the future counts;
# the agent looks about $1 / (1 - \gamma)$ steps ahead. First come the targets of the plain Deep
# Q-Network:
#
# $$y = r + \gamma\, \max_{a'} Q_{\text{target}}(s', a')$$
#
# and $y = r$ where the episode *terminated* with this step.
#
# ### Exercise: `targets` (10 minutes)
#
# All arguments but `target_net` and `gamma` are tensors with one row for each step of a batch.
# `terminated` is boolean, and `target_net` is a network of your class `DQN`, so you may use its
# attributes and methods. Return $y$, shape `(batch,)`, and let no gradient flow through it.
#
# <details><summary>Hint</summary>
#
# `keras.ops.where(terminated, reward, reward + gamma * next_value)` works with booleans as they
# are. Put `keras.ops.stop_gradient(...)` around the result, so that the tape treats it as a plain
# number.
# </details>


# %% nbgrader={"grade_id": "targets", "solution": true}
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    ### BEGIN SOLUTION
    next_value = keras.ops.max(target_net(next_observation), axis=1)  # (batch,)
    targets = keras.ops.where(terminated, reward, reward + gamma * next_value)  # (batch,)
    return keras.ops.stop_gradient(targets)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-targets", "grade": true}
check("double_dqn_keras/targets", td_targets)

# %% [markdown]
# Why is this too large? Imagine that both actions are worth exactly 10, and that the network's
# estimates are 10 plus some noise with standard deviation 1. Each estimate is right on average.
# Their maximum is not:

# %%
noisy = 10 + np.random.default_rng(1).normal(size=(100_000, 2))
print(
    f"mean of the estimates: {noisy.mean():.2f}   mean of their maximum: {noisy.max(axis=1).mean():.2f}"
)

# %% [markdown]
# And because $Q(s', a')$ itself is learned from a maximum, the errors add up from step to step.
#
# The solution: let one network *choose* and the other one *evaluate*. The network that learns says
# which action is best. The target network, which makes other errors, says what this action is
# worth. So if an action was chosen because of an error, it is no longer evaluated with the same
# error.
#
# $$y = r + \gamma\, Q_{\text{target}}\bigl(s', \operatorname*{argmax}_{a'} Q(s', a')\bigr)$$
#
# (Van Hasselt et al., 2016, equation 4. The idea is from van Hasselt, *Double Q-learning*, 2010.
# Many programs that call themselves Double DQN have two networks and still compute the first
# formula.)
#
# ### Exercise: `double_targets` (10 minutes)
#
# Return these targets: $y = r$ after termination, no gradient, shape `(batch,)`.
#
# <details><summary>Hint</summary>
#
# `best = keras.ops.argmax(net(next_observation), axis=1)` is one number for each row.
# `tf.gather(table, best, batch_dims=1)` takes from each row of a table the column with this number.
# </details>


# %% nbgrader={"grade_id": "double_targets", "solution": true}
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    ### BEGIN SOLUTION
    best = keras.ops.argmax(net(next_observation), axis=1)  # (batch,)
    next_value = tf.gather(target_net(next_observation), best, batch_dims=1)  # (batch,)
    targets = keras.ops.where(terminated, reward, reward + gamma * next_value)  # (batch,)
    return keras.ops.stop_gradient(targets)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-double_targets", "grade": true}
check("double_dqn_keras/double_targets", double_dqn_targets)

# %% [markdown]
# ## 6. The loss
#
# Only the action that was taken can learn from a step. From each row of $Q(s, \cdot)$ we take the
# column of its own action and compare it with the target.
#
# ### Exercise: `loss` (10 minutes)
#
# Return the mean over the batch of the **Huber loss** of $Q(s, a) - y$, one number. The gradient of
# a squared error grows with the error, so a single surprise could ruin everything. The Huber loss
# is half the square for errors below 1 and a straight line above: no error, however large, pulls
# harder than an error of 1 (Huber, 1964).
#
# <details><summary>Hint</summary>
#
# Use `tf.gather(..., action, batch_dims=1)` again, so that both have the shape `(batch,)`.
# `keras.losses.Huber()` makes a function of the targets and the predictions. It also takes the
# mean.
# </details>


# %% nbgrader={"grade_id": "loss", "solution": true}
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    ### BEGIN SOLUTION
    taken = tf.gather(net(observation), action, batch_dims=1)  # (batch,)
    return keras.losses.Huber()(targets, taken)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-loss", "grade": true}
check("double_dqn_keras/loss", q_loss)

# %% [markdown]
# ## 7. From one network to the other
#
# The target network gets the weights of the other one from time to time, all at once. In between it
# stands still. The picture follows one weight, made up for this purpose.

# %% tags=["not-graded"]
draw_hard_copies(interval=12)

# %% [markdown]
# ### Exercise: `copy` (5 minutes)
#
# Transfer the weights: `target_net` gets the weights of `net`.
#
# <details><summary>Hint</summary>
#
# Every Keras model has `get_weights()` and `set_weights(...)`. Be careful which network gives and
# which one receives.
# </details>


# %% nbgrader={"grade_id": "copy", "solution": true}
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    ### BEGIN SOLUTION
    target_net.set_weights(net.get_weights())
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-copy", "grade": true}
check("double_dqn_keras/copy", transfer_weights)

# %% [markdown]
# ## 8. The agent
#
# An update step consists of: targets, loss, gradients, optimizer step. TensorFlow can do this line
# by line, as Python reaches each line. But for networks as small as ours, Python then takes twenty
# times as long as the computation. `tf.function` runs the lines *once*, records what TensorFlow has
# to do, and from then on repeats the recording without Python. In return, nothing in there may
# leave TensorFlow: no `.numpy()`, no NumPy functions, no `if` that needs a value from a tensor.
#
# The optimizer is **Adam**. It divides each number of the gradient by its usual size, so a weight
# with small gradients takes steps as large as one with large gradients, and the learning rate is
# about the size of a step. (Kingma, Ba, *Adam*, 2015.)
#
# Here are the settings, the agent's *hyperparameters*. In brackets you see what a textbook would
# choose for this method. The reasons follow below, in the section about training.


# %%
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    double: bool = True  # Double DQN's targets, or plain DQN's
    gamma: float = 0.99  # discount
    reward_scale: float = 0.01  # rewards are scaled by this factor (1)
    learning_rate: float = 5e-3  # of Adam (1e-4)
    batch_size: int = 256  # (32)
    buffer_size: int = 20_000  # (50,000)
    min_replay_size: int = 500  # steps in the buffer before the first update step (1,000)
    epsilon_start: float = 1.0
    epsilon_end: float = 0.05  # (0.01)
    epsilon_decay: int = 2_000  # steps from start to end (100,000)
    target_update_freq: int = 4  # batches between two transfers of the weights (1,000)
    n_hidden_layers: int = 2  # of 128 units (1 of 64)


# %% [markdown]
# ### Exercise: `update` (15 minutes)
#
# 1. In `__init__`, create `self.target_net`: a second network with the same weights as `self.net`.
# 2. In `gradient_step`, compute targets and loss *inside* the tape: double or plain targets, as
#    `s.double` says. In both, the target network is the one that evaluates. Then get the gradients
#    of the loss with respect to `self.net.trainable_variables`, let the optimizer apply them, and
#    return the loss.
# 3. In `train`, store the transition. Once the buffer holds `min_replay_size` steps, call
#    `self.learn()`, and transfer the weights every `target_update_freq` batches.
#
# <details><summary>Hint</summary>
#
# `gradients = tape.gradient(loss, variables)` and `self.optimizer.apply(gradients, variables)`. Use
# `self.target_net` in both kinds of targets. `self.batches` counts the batches learned, and `learn`
# adds to it.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        ### BEGIN SOLUTION
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        ### END SOLUTION
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            ### BEGIN SOLUTION
            following = (reward, next_observation, terminated, s.gamma)
            if s.double:
                targets = double_dqn_targets(self.net, self.target_net, *following)
            else:
                targets = td_targets(self.target_net, *following)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss
        ### END SOLUTION

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
        batch = (observation, action, s.reward_scale * reward, *what_followed)
        self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        ### BEGIN SOLUTION
        self.buffer.add(transition)
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            if self.batches % s.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("double_dqn_keras/update", DoubleDQNAgent)

# %% [markdown]
# ## 9. How much too large?
#
# To see an overestimation we need to know the truth. So here is a world in which nothing is worth
# anything. There are ten actions, and whatever you do, the reward is pure chance, zero on average.
# The true Q-value of every action in every state is exactly 0. Both kinds of targets learn from it.
# The plot shows what the networks believe the best action to be worth, on average. (This takes
# about 15 seconds.)


# %% tags=["not-graded", "raises-exception"]
def believed_values(targets_of, batches=2_000, n_actions=10, seed=1):
    """What a network believes the best action to be worth, after every 50 random batches."""
    keras.utils.set_random_seed(seed)
    net, target_net = (DQN(n_actions=n_actions) for _ in range(2))
    observation = np.random.normal(size=(500, 4)).astype(np.float32)
    for network in (net, target_net):
        network(observation)
    transfer_weights(target_net, net)
    optimizer = keras.optimizers.Adam(2e-3)
    optimizer.build(net.trainable_variables)

    @tf.function
    def gradient_step(observation, action, reward, next_observation, terminated):
        with tf.GradientTape() as tape:
            targets = targets_of(net, target_net, reward, next_observation, terminated, 0.98)
            loss = q_loss(net, observation, action, targets)
        optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)

    believed = []
    for batch in range(1, batches + 1):
        gradient_step(
            tf.random.normal((64, 4)),
            tf.random.uniform((64,), maxval=n_actions, dtype=tf.int64),
            tf.random.normal((64,)),  # the rewards
            tf.random.normal((64, 4)),
            tf.zeros((64,), tf.bool),
        )
        if batch % 100 == 0:
            transfer_weights(target_net, net)
        if batch % 50 == 0:
            believed.append(net.predict_on_batch(observation).max(axis=1).mean())
    return believed


with working_on("DQN learns …"):
    plain = believed_values(lambda net, target_net, *steps: td_targets(target_net, *steps))
with working_on("Double DQN learns …"):
    double = believed_values(double_dqn_targets)

# %% tags=["not-graded", "raises-exception"]
plot_believed_values({"DQN": plain, "Double DQN": double}, every=50, truth=0)

# %% [markdown]
# Each transfer of the weights makes the maximum over noise a part of the targets, so plain DQN
# believes in larger and larger values. Double DQN has an error, too, because one of its networks is
# an older version of the other. But this error does not grow with each transfer.
#
# The cart pole has only two actions, and no noise in its rewards. There both kinds of targets end
# at about the same values. The more actions and the more noise there are, the more it matters. On
# Atari games van Hasselt et al. found that plain DQN's values were many times too large, and that
# double targets led to higher scores.
#
# ## 10. Training until solved
#
# Here is what we changed, compared with the textbook settings in brackets above:
#
# * **Rewards are scaled by 0.01** (`reward_scale`). With a discount of 0.99 a standing pole is
#   worth $1 + 0.99 + 0.99^2 + \dots = 100$. The values of a new network are about 0. From there it
#   is a long way, because in the Huber loss no error pulls harder than an error of 1: it would take
#   thousands of batches. With scaled rewards no value is larger than 1, and the best actions stay
#   the same.
# * **The learning rate is fifty times as large, and epsilon falls fifty times as fast.** With
#   $10^{-4}$ and 100,000 steps of exploration, the cart pole takes more than a hundred thousand
#   steps, which means hours if every step is a call of `fit`. The cart pole is too simple for so
#   much care.
# * **64 cart poles in parallel, and one batch of 256 for each step of all of them.** Calling the
#   network takes half a millisecond, for one cart pole or for 64.
# * **The buffer holds the last 20,000 steps**, not 50,000. 64 cart poles fill it in 300 turns, and
#   older steps come from a network that no longer exists.
# * **The weights are transferred every 4 batches**, not every 1,000 steps. With each transfer, the
#   knowledge about a fall travels at least one step further back.
# * **Two hidden layers of 128 units.** A smaller network can learn it, too, but takes longer.
# * **The goal is 475**, the environment's own. (195 belongs to the old cart pole with 200 steps.)
#
# A simple rule is to stop when the mean of the last 100 scores has reached the goal. (`train_agent`
# does this if you leave `checkpoint_every` out.) But some of the actions in training are random,
# and a deep Q agent forgets again what it had learned. So every 5,000 steps the agent is tested
# greedily on fifty new episodes, and its best weights are kept. Training stops when the agent
# passes a test twice in a row, the second time on fifty other episodes.
# In the picture each test is a green diamond. An empty one was broken off because it could no longer
# reach the best one. It shows the most that was still possible.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a new `DoubleDQNAgent`. Start with the settings above. In section 11 you try
# others.
#
# <details><summary>Hint</summary>
#
# `return DoubleDQNAgent(Settings())`, or `Settings(n_hidden_layers=3)`.
# </details>


# %% nbgrader={"grade_id": "agent", "solution": true}
def make_agent():
    """Return a new, untrained agent."""
    ### BEGIN SOLUTION
    return DoubleDQNAgent(Settings())
    ### END SOLUTION


# %% tags=["not-graded", "raises-exception"]
agent = make_agent()
statistics = train_agent(
    agent,
    "CartPole-v1",
    Training(episodes=5_000, environments=64, max_steps=160_000, checkpoint_every=5_000, seed=1),
)
plot_learning_curve("double_dqn_keras", statistics)

# %% [markdown]
# Is your curve inside the band? Each training in the band started from other random weights, and
# yours is one more. (It may end far below the dashed line. Training stops as soon as the greedy tests,
# the green diamonds, are passed. The best episodes are then still being played, and the curve ends
# with the batch before.)
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
check("double_dqn_keras/agent", make_agent)

# %% [markdown]
# ## 11. An experiment: does it matter here?
#
# On the cart pole there are only two actions, and the rewards are not noisy. Does Double DQN still
# learn better than plain DQN? And does the network need hidden layers at all? With
# `n_hidden_layers=0` each Q-value is a linear function of the four numbers. A *rule* that is linear
# in them (push to the right if angle plus angular velocity is positive) keeps the pole up for 484
# steps on average. A single training says little, because chance decides a lot. So we train each
# setting with **several seeds**.
#
# ### Your prediction
#
# (5 minutes, graded by hand, 1 point.) Before you run the next cell: what do you expect of plain
# DQN and of the linear network after 30,000 steps, compared with Double DQN, and why? Wrong
# predictions cost nothing. A reason is what counts.

# %% [markdown] nbgrader={"grade_id": "question-prediction", "grade": true, "solution": true, "points": 1}
# For example: Double DQN and plain DQN are close, because two actions without noisy rewards give the
# maximum little to choose from. The linear network stays low, because a linear function cannot be high
# upright and low on both sides.
#
# **Points**
#
# * 1: It expects something of both and gives a reason: how much the maximum overestimates here, and
#   what a linear function can show. Whether it comes true does not matter.

# %% [markdown]
# How to read the plot: the thick line or the large mark is the **interquartile mean** of the
# trainings, the mean without the lowest and the highest quarter. The band or the bar is its 95 %
# interval: it says how far the mean would move with other seeds. If the interval of a *difference*
# does not contain 0, the difference is not just luck. (Agarwal et al., *Deep RL at the edge of the
# statistical precipice*, 2021.) The next cell takes about a minute.


# %% tags=["not-graded", "raises-exception"]
def trained_with(**changes):
    """A setting of an experiment: ours, except for these changes."""
    training = Training(episodes=10_000, environments=64, max_steps=30_000)
    return Setting(lambda: DoubleDQNAgent(Settings(**changes)), training)


compared = compare_settings(
    {
        "Double DQN": trained_with(),
        "plain DQN": trained_with(double=False),
        "linear": trained_with(n_hidden_layers=0),
    },
    seeds=range(5),
)
print(compared.table())
print("Double DQN minus plain DQN:", compared.difference("Double DQN", "plain DQN"))
print("Double DQN minus linear:   ", compared.difference("Double DQN", "linear"))
plot_experiment(compared, title="Double, plain, linear")

# %% [markdown]
# ### Exercise: `experiment` (15 minutes)
#
# Here are the greedy scores of the same experiment, as we measured them. (Yours may differ: your
# computer rounds in another way.) A row is a setting, a column a seed.

# %%
greedy = {
    "Double DQN": [392, 154, 500, 130, 500],
    "plain DQN": [155, 328, 162, 232, 212],
    "linear": [26, 29, 13, 28, 20],
}

# %% [markdown]
# Return a dictionary with two keys:
#
# * `"middles"`: the interquartile means of the three rows, in this order. Three numbers. (With five
#   scores, a quarter rounded down is one score at each end.)
# * `"misled"`: suppose somebody trains only *once* with each of two settings and believes the higher
#   score. There are $5 \cdot 5 = 25$ pairs of trainings. Three numbers: in how many of them does plain
#   DQN beat Double DQN, Double DQN beat plain DQN, linear beat plain DQN?
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
    return {"middles": [348.7, 202.0, 24.7], "misled": [10, 15, 0]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-experiment", "grade": true}
check("double_dqn_keras/experiment", experiment)

# %% [markdown]
# ### What the picture shows
#
# (10 minutes, graded by hand, 3 points.) Look at *your* picture and your differences.
#
# 1. Which differences are more than luck, and which are not shown? Why is "no difference shown" not the
#    same as "no difference"? (1 point)
# 2. A linear *rule* can balance the pole. Why does a linear *Q-function* do so much worse, or why not?
#    Think of the values of a pole that leans to the left, stands upright, and leans to the right. (1
#    point)
# 3. Plan an experiment in which you would expect Double DQN to be clearly better: what do you change
#    about the environment, how many seeds, what do you measure, and when do you say "I cannot tell"?
#    (1 point)

# %% [markdown] nbgrader={"grade_id": "question-experiment", "grade": true, "solution": true, "points": 3}
# 1. Those whose 95 % interval does not contain 0: in our run Double DQN against the linear network.
# Double against plain is not shown with five seeds: their scores overlap, and the interval is wide. More
# seeds may still show a difference.
# 2. The value is high upright and low on both sides: a hill. A linear function only rises or falls, so
# its values are wrong somewhere, and the targets pass the errors on. A rule needs no values: it needs the
# right sign of one linear expression.
# 3. Make the maximum choose among more noise: many actions, or rewards with random noise added. Ten seeds
# or more with each, the same steps. Measure the greedy score, and how far the Q-values are above the
# returns that follow. If the interval of the difference contains 0: "I cannot tell".
#
# **Points**
#
# * 1: It uses the intervals of its own run, and says that few seeds can hide a difference.
# * 1: The values are high in the middle and low on both sides, which no linear function can be.
# * 1: It adds noise or actions, trains several seeds, and names the score and when it is undecided.

# %% [markdown]
# ## 12. A whole model in a file
#
# Weights alone are not a model: to load them, you must know which network they belong to. A
# `.keras` file holds both the weights and the *configuration*: the name of the class and the
# arguments for `__init__`, which come from `get_config`. The decorator above the class has
# registered its name with Keras, so that Keras finds your class when it loads the file.
#
# ### Exercise: `save` (5 minutes)
#
# Save a network to `path` (it ends in `.keras`), and load one.
#
# <details><summary>Hint</summary>
#
# `net.save(path)` and `keras.models.load_model(path)`. `save_weights` would save only half of it.
# </details>


# %% nbgrader={"grade_id": "save", "solution": true}
def save_network(net, path):
    """Write the whole model into a file."""
    ### BEGIN SOLUTION
    net.save(path)
    ### END SOLUTION


def load_network(path):
    """Return the model that was written into the file."""
    ### BEGIN SOLUTION
    return keras.models.load_model(path)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-save", "grade": true}
check("double_dqn_keras/save", DQN, save_network, load_network)

# %% [markdown]
# How does the restored network play? It does not need an agent around it. Its method `act` is
# enough.


# %% tags=["not-graded", "raises-exception"]
class Restored(AbstractAgent):
    """Plays with a network from a file."""

    def __init__(self, path):
        self.net = load_network(path)

    def act(self, observation, explore=True):
        return self.net.act(observation)


save_network(agent.net, "double_dqn.keras")
restored = Restored("double_dqn.keras")
print(f"The restored agent scores {mean_score(play_episodes(restored, seed=5)):.1f} on average.")

# %% tags=["not-graded", "raises-exception"]
animate(restored, seed=3)

# %% [markdown]
# ## 13. What went wrong here?
#
# A colleague wrote the agent as you did, except for these lines in `train`:
#
# ```python
# if self.batches % s.target_update_freq == 0:
#     transfer_weights(self.net, self.target_net)
# ```
#
# This is the learning curve (measured). The largest Q-values were hardly above 0.1, although a
# standing pole is worth 1 (a hundred rewards of 0.01 each).

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("double_dqn_keras_diagnosis")

# %% [markdown]
# ### Exercise: `diagnosis` (15 minutes)
#
# Follow one weight. At the start it is 0 in both networks. To keep it simple, let each batch add
# exactly 0.1 to it in the network that learns. `target_update_freq` is 4. Look at both networks
# after the lines above have run, for the batches 1, 3, 4, 6, 8 and 10.
#
# Return a dictionary with two answers:
#
# * `"colleague"`: the weight in the colleague's `self.net` after these batches, six numbers.
# * `"yours"`: the weight in *your* `self.target_net` after these batches, six numbers.
#
# <details><summary>Hint</summary>
#
# Look at your own `transfer_weights`: which network gives, and which one receives? After batch 4
# one of the two gets the weight of the other. Write down both weights for the batches 1 to 10.
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the answers to the two questions."""
    ### BEGIN SOLUTION
    return {
        "colleague": [0.1, 0.3, 0.0, 0.2, 0.0, 0.2],
        "yours": [0.0, 0.0, 0.4, 0.4, 0.8, 0.8],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("double_dqn_keras/diagnosis", diagnosis)

# %% [markdown]
# ## 14. In your own words
#
# (5 minutes, graded by hand.) Suppose *all* Q-values were too large by exactly 20. Would the agent
# play any worse? When does overestimation do harm, then? And why does it help to let one network
# choose and the other one evaluate?

# %% [markdown] nbgrader={"grade_id": "question-overestimation", "grade": true, "solution": true, "points": 2}
# No: the largest Q-value is still that of the same action. Overestimation does harm where it differs
# from action to action or from state to state. The maximum then picks the values that are too large by
# chance, and the targets pass them on. The errors of two networks differ: the action that one of them
# overestimates by chance is not, as a rule, overestimated by the other one, which evaluates it.
#
# **Points**
#
# * 1: The same error everywhere changes no choice; harm comes from errors that differ between
#   actions or states, of which the maximum picks the largest.
# * 1: The network that evaluates has other errors than the one that chooses.

# %% [markdown]
# ## What you can do now
#
# * You can explain overestimation, and show it where the truth is known.
# * You can write Double DQN, and tell it from a program that only has two networks.
# * You can write a Keras model as a class, compile its update step, and keep it in a file.
# * You can say when a comparison of two settings shows a difference, and when it shows none.
#
# ## Where to go from here
#
# * H. van Hasselt, A. Guez, D. Silver, [Deep Reinforcement Learning with Double
#   Q-learning](https://arxiv.org/abs/1509.06461), 2016.
# * H. van Hasselt, [Double
#   Q-learning](https://papers.nips.cc/paper/2010/hash/091d584fced301b442654dd8c23b3fc9-Abstract.html),
#   2010.
# * M. Hessel et al., [Rainbow: Combining Improvements in Deep Reinforcement
#   Learning](https://arxiv.org/abs/1710.02298), 2018: what has been added since, and how much each
#   addition is worth.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, section 6.7:
#   maximization bias.
