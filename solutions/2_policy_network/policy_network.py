# %% [markdown]
# # A policy network balances the pole
#
# A cart runs on a rail, and a pole stands on it, hinged at the bottom. Without help the pole falls
# within half a second. In this notebook you build an agent that learns to keep it upright. It
# learns from nothing but its own attempts: no laws of mechanics, no examples, only a reward of $+1$
# for every step that the pole stays up.
#
# The method is called **REINFORCE** (Williams, 1992). A small network says how likely each action
# should be. After a few episodes, every action that went better than usual is made more likely.
#
# **What you will learn**
#
# * what a policy is, and how a network can be one;
# * why a return looks ahead, and how the gradient of a mean score can be estimated by playing;
# * to write an agent that learns from one episode at a time, and one that learns from many at once;
# * to compare settings with several seeds, and to say what a plot shows and what it does not.
#
# **Difficulty**: medium. You need Python with NumPy and a little PyTorch (tensors, `nn.Linear`,
# `backward`). Plan three hours. You write about 55 lines, in short exercises of 5 to 20 minutes.
# Below each exercise is a check. It tells you at once what is right, and what the likely mistake
# is.
#
# A gap is marked by the two lines `# YOUR CODE HERE` and `raise NotImplementedError()`: replace
# both of them. Many exercises have more than one gap, so make sure that no
# `raise NotImplementedError()` is left. The lines that are given in an exercise's cell may be
# changed, too (for example, you may choose another optimizer), as long as all names and arguments
# stay the same.

# %%
# {start}

# %%
from functools import partial

import gymnasium as gym
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical

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
    plot_lettered_curves,
    render,
    train_agent,
)
from helpers.figures import draw_returns, map_states, plot_policy_maps

# %% [markdown]
# ## 1. The cart pole
#
# The environment comes with Gymnasium. Let us look at it.

# %% tags=["not-graded"]
env = gym.make("CartPole-v1", render_mode="rgb_array")
observation, info = env.reset(seed=1)
render(env)
print("observation:", observation)

# %% [markdown]
# **What the agent sees**, an observation of four numbers:
#
# | index | quantity | the episode ends beyond |
# |---|---|---|
# | 0 | position of the cart $x$, in m | $\pm 2.4$ |
# | 1 | velocity of the cart $\dot x$, in m/s | – |
# | 2 | angle of the pole $\theta$, in rad | $\pm 0.21$ (12°) |
# | 3 | angular velocity of the pole $\dot\theta$, in rad/s | – |
#
# **What it can do**: `0` pushes the cart to the left, `1` to the right. Doing nothing is not
# possible.
#
# **What it gets**: a reward of $+1$ per step. An episode is *terminated* when the pole falls or the
# cart leaves the rail, and *truncated* after 500 steps, when the time is up. The environment counts
# as solved at a mean score of 475.
#
# ## 2. The baseline: acting at random
#
# Before we call anything clever, we should know how good random actions are.

# %% tags=["not-graded"]
random_agent = RandomAgent(n_actions=2, seed=1)
baseline = play_episodes(random_agent, "CartPole-v1", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% tags=["not-graded"]
animate(random_agent, seed=1)

# %% [markdown]
# ## 3. The policy network
#
# A *policy* $\pi(a \mid s)$ gives the probability of action $a$ in state $s$. Ours is a network:
#
# $$\pi(\cdot \mid s) = \operatorname{softmax}\bigl(W_2\,\operatorname{ReLU}(W_1 s + b_1) + b_2\bigr)$$
#
# The last layer returns one number for each action, called a *logit*. It can be any number. The
# *softmax* turns logits into probabilities: it makes them positive with the exponential function,
# then divides by their sum, so that each row sums to one. The largest logit gets the largest
# probability.
#
# $$\operatorname{softmax}(z)_a = \frac{e^{z_a}}{\sum_{a'} e^{z_{a'}}}$$
#
# ### Exercise: `forward` (10 minutes)
#
# Write the class `PolicyNetwork`:
#
# 1. In `__init__`, create a linear layer from the 4 numbers of an observation to `hidden_size`, and
#    a linear layer `policy_head` from there to `n_actions`.
# 2. In `forward`, compute the probabilities, shape `(batch, n_actions)`, from `x`, shape
#    `(batch, 4)`: first layer, ReLU, `policy_head`, softmax.
#
# The usual choice for a linear layer is `nn.Linear`. A layer of your own counts, too, if a weight
# and a bias are its only parameters, and you may initialise them as you like.
#
# <details><summary>Hint</summary>
#
# `F.softmax` needs to know along which dimension the numbers should sum to one. Each *row* belongs
# to one observation, so it is the last dimension: `dim=-1`.
# </details>


# %% nbgrader={"grade_id": "forward", "solution": true}
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        ### BEGIN SOLUTION
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = F.relu(self.hidden(x))  # (batch, hidden_size)
        return F.softmax(self.policy_head(x), dim=-1)  # (batch, n_actions)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-forward", "grade": true}
check("policy_network/forward", PolicyNetwork)

# %% [markdown]
# ## 4. Choosing an action
#
# The agent does not always take the most likely action. It *samples* one: each action is drawn with
# its own probability. This is the only way to find out that another action would have been better.
# For learning we will need $\log \pi(a \mid s)$ of the action that was drawn.
#
# ### Exercise: `act` (10 minutes)
#
# `observation` is a NumPy array of shape `(n, 4)`: `n` cart poles are played in parallel (a single
# cart pole is `n = 1`). `net` is a network of your class `PolicyNetwork`, so you may use its
# attributes.
#
# 1. Turn the observation into a tensor of `torch.float32` and let `net` compute the probabilities.
# 2. Create a `Categorical` distribution from them and draw an action for each row with `sample()`.
# 3. Return the actions and their log-probabilities, both of shape `(n,)`.
#
# <details><summary>Hint</summary>
#
# `torch.as_tensor(observation, dtype=torch.float32)` accepts any array. A `Categorical(probs)` has
# the methods `sample()` and `log_prob(action)`.
# </details>


# %% nbgrader={"grade_id": "act", "solution": true}
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    ### BEGIN SOLUTION
    probs = net(torch.as_tensor(observation, dtype=torch.float32))  # (n, n_actions)
    m = Categorical(probs)
    action = m.sample()  # (n,)
    return action, m.log_prob(action)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-act", "grade": true}
check("policy_network/act", choose_action)

# %% [markdown]
# ## 5. Returns
#
# Was an action good? You only know later. So each step gets credit for all the rewards that came
# after it, and rewards in the distant future count less. The sum of these rewards is the *return*
# of the step:
#
# $$G_t = r_t + \gamma\, r_{t+1} + \gamma^2 r_{t+2} + \dots = r_t + \gamma\, G_{t+1}$$
#
# The *discount* $\gamma$ is a little less than one. We use $0.99$. (Sutton & Barto, *Reinforcement
# Learning*, 2nd edition, section 3.3.)
#
# For example, an episode of three steps with $\gamma = 0.5$ and the rewards $1, 1, 1$ has the
# returns $1.75$, $1.5$ and $1$. Here is one of five steps. Each row shows which rewards a step is
# paid for, and how much of each.

# %% tags=["not-graded"]
draw_returns(rewards=[1, 1, 1, 1, 1], gamma=0.5)

# %% [markdown]
# ### Exercise: `returns` (10 minutes)
#
# `rewards` is the list of the rewards of one episode, first step first. Return the returns in the
# same order, as a tensor of floats of the same length. Do not change the list.
#
# <details><summary>Hint</summary>
#
# Start at the end: after the last step there are no more rewards. Go backwards with
# `for reward in reversed(rewards)`, collect the returns in a list, and reverse it at the end.
# </details>


# %% nbgrader={"grade_id": "returns", "solution": true}
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    ### BEGIN SOLUTION
    returns = []
    following = 0.0
    for reward in reversed(rewards):
        following = reward + gamma * following
        returns.append(following)
    returns.reverse()
    return torch.tensor(returns, dtype=torch.float32)  # (len(rewards),)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-returns", "grade": true}
check("policy_network/returns", discounted_returns)

# %% [markdown]
# On the cart pole every reward is $+1$. So every return is positive, and every action would be
# encouraged, even the bad ones. What matters is whether an action went better or worse *than
# usual*. So we shift the returns to mean 0 and scale them to standard deviation 1.
#
# A number that is subtracted from the returns is called a *baseline*. Ours is the mean. It changes
# how noisy the learning is, not what is learned in the end: the probabilities of all actions always
# sum to one, so pushing *all* of them by the same amount pushes none of them. ({Unit:actor_critic}
# shows this in a formula.)
#
# ### Exercise: `normalise` (5 minutes)
#
# Subtract the mean and divide by the standard deviation. The result must stay finite even if all
# returns are equal, or if there is only one.
#
# <details><summary>Hint</summary>
#
# `returns.std(correction=0)` of a single number is 0 (without `correction=0` it is `nan`). Add a
# tiny number to the divisor, so that you never divide by zero.
# </details>


# %% nbgrader={"grade_id": "normalise", "solution": true}
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    ### BEGIN SOLUTION
    eps = np.finfo(np.float32).eps.item()
    return (returns - returns.mean()) / (returns.std(correction=0) + eps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-normalise", "grade": true}
check("policy_network/normalise", normalise)

# %% [markdown]
# ## 6. The loss
#
# We want to change the weights $\theta$ so that the expected return $J(\theta)$ grows. An episode
# $\tau$ has the return $R(\tau)$ and the probability $p_\theta(\tau)$. We need the gradient of
# $J(\theta) = \sum_\tau p_\theta(\tau)\,R(\tau)$. Because $\nabla \log p = \nabla p / p$, we can
# replace $\nabla p$ by $p\,\nabla \log p$ (the *log-derivative trick*):
#
# $$\nabla J = \sum_\tau \nabla p_\theta(\tau)\, R(\tau) = \sum_\tau p_\theta(\tau)\, \nabla \log p_\theta(\tau)\, R(\tau) = \mathbb E\,[\,R(\tau)\, \nabla \log p_\theta(\tau)\,]$$
#
# So the gradient is a mean over episodes, and we can estimate it by playing some. The probability
# of an episode is a product: what the policy chose, times what the environment did. The logarithm
# makes it a sum, and the environment's part does not depend on $\theta$:
#
# $$\nabla \log p_\theta(\tau) = \sum_t \nabla \log \pi(a_t \mid s_t)$$
#
# One last step: an action cannot change the rewards that came before it. So for step $t$ we replace
# the return of the whole episode by $G_t$. (In theory there is also a factor $\gamma^t$. In
# practice almost everybody leaves it out, and so do we.)
#
# $$\nabla J = \mathbb E\,\Bigl[\,\sum_t G_t\, \nabla \log \pi(a_t \mid s_t)\Bigr]$$
#
# In words: make $\log \pi(a_t \mid s_t)$ larger where $G_t$ is large. This is the *policy gradient
# theorem* for whole episodes. An optimizer makes its loss *smaller*, so we need a minus:
#
# $$L = -\sum_t G_t \,\log \pi(a_t \mid s_t)$$
#
# (Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement
# learning*, 1992; Sutton & Barto, section 13.3.)
#
# ### Exercise: `loss` (5 minutes)
#
# Both arguments have shape `(steps,)`. Return one number. The sum and the mean over the steps are
# both right.
#
# <details><summary>Hint</summary>
#
# Multiply step by step, then add up. Keep everything a tensor: `.item()` or `float(...)` would cut
# the connection to the weights of the network.
# </details>


# %% nbgrader={"grade_id": "loss", "solution": true}
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    ### BEGIN SOLUTION
    return (-returns * log_probs).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-loss", "grade": true}
check("policy_network/loss", policy_loss)

# %% [markdown]
# ## 7. A first agent: one episode at a time
#
# Now put the pieces together. Every agent in this course has the same three methods:
#
# * `start_episode(observation)`: a new episode begins.
# * `act(observation, explore=True)`: choose an action for each row of the observation.
# * `train(transition)`: learn from one step. A `transition` has the fields `observation`, `action`,
#   `reward`, `next_observation`, `terminated` and `truncated`.
#
# Your first agent plays in a single environment. So every array has one row: `observation` has the
# shape `(1, 4)`, `transition.reward[0]` is the reward of the step, and `transition.terminated[0]`
# says whether the pole fell. The agent does three things:
#
# 1. **act** with `choose_action`, and remember the log-probability;
# 2. **remember** the reward of each step;
# 3. **learn** when the episode has ended: returns, normalise, loss, one step of the optimizer.
#
# Two words before you start. With `explore=False` an agent acts *greedily*: it takes the action
# that it thinks is best, without any chance. Tests use this, and it is given below. And *Adam*
# (Kingma & Ba, 2015) is the optimizer: gradient descent that adapts the size of its steps for each
# weight, by the mean and the spread of the gradients that it has seen. The learning rate `lr` says
# how far a weight moves in a typical step.
#
# ### Exercise: `first_agent` (20 minutes)
#
# There are three gaps, about ten lines together. Use your own `choose_action`,
# `discounted_returns`, `normalise` and `policy_loss`. The check replaces them, so that a mistake in
# one of them costs nothing here.
#
# 1. `start_episode`: make two empty lists, for the log-probabilities and the rewards.
# 2. `act`: choose an action, append its log-probability to your list, and return the actions as a
#    NumPy array of shape `(1,)`.
# 3. `train`: append the reward, a float. If the episode has ended (terminated *or* truncated),
#    compute the loss of all its steps, with the agent's own `self.gamma`, and do one optimizer
#    step.
#
# <details><summary>Hint</summary>
#
# `torch.cat(list_of_tensors)` makes one tensor of shape `(steps,)` of the log-probabilities. An
# optimizer step takes three lines: forget the old gradients (`zero_grad`), compute the new ones
# (`backward`), change the weights (`step`).
# </details>


# %% nbgrader={"grade_id": "first_agent", "solution": true}
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        ### BEGIN SOLUTION
        self.log_probs = []
        self.collected = []
        ### END SOLUTION

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        ### BEGIN SOLUTION
        action, log_prob = choose_action(self.net, observation)  # (1,) each
        self.log_probs.append(log_prob)
        return action.numpy()
        ### END SOLUTION

    def train(self, transition):
        ### BEGIN SOLUTION
        self.collected.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            returns = normalise(discounted_returns(self.collected, self.gamma))  # (steps,)
            loss = policy_loss(torch.cat(self.log_probs), returns)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-first_agent", "grade": true}
check("policy_network/first_agent", FirstPolicy)

# %% [markdown]
# Let it play. Three agents, each with other random numbers, 200 episodes each. Before you run the
# cell: will the three curves look alike? Each one grows while its agent learns. A dot is an episode,
# and the line is the mean of the last 100.
#
# You can stop a training at any time (■ in the toolbar). The episodes played so far are kept.

# %% tags=["not-graded", "raises-exception"]
for seed in (1, 2, 3):
    print(f"One episode per update, seed {seed}:")
    train_agent(FirstPolicy(), "CartPole-v1", Training(episodes=200, seed=seed))

# %% [markdown]
# It learns, and it learns erratically: one lucky episode pulls the weights one way, the next one
# pulls them back. A good agent can become a bad one within a few episodes. And no two seeds look
# the same, so a single curve says little about a method.
#
# ## 8. The agent that plays many episodes at once
#
# The gradient in section 6 is a *mean* over episodes, and one episode is a poor estimate of a mean.
# So the second agent plays sixty-four episodes in parallel and learns once from all of them. It
# does the same as your first one, but each array has a row for each episode:
#
# * `start_episode(observation)`: a new batch of `n` episodes begins; `observation` is `(n, 4)`.
# * The pole falls sooner in one episode than in another. Each field of a `transition` has one row
#   for each episode that is *still running*, and `transition.episode` tells you which one.
# * The agent learns when *all* episodes of its batch have ended. The lines that keep the episodes
#   apart (`remembered`, `keep_count`) are given.
#
# ### Exercise: `update` (15 minutes)
#
# There are three gaps:
#
# 1. `act`: choose actions with your `choose_action`, append their log-probabilities to
#    `self.memory`, and return the actions as a NumPy array.
# 2. `train`: set `ended`, a boolean array that tells which of these episodes have ended with this
#    step. An episode ends when it is terminated *or* truncated.
# 3. `update`: compute the loss with your `policy_loss` and do one optimizer step.
#
# <details><summary>Hint</summary>
#
# For two boolean arrays, *or* is written `|`: the word `or` asks for a single truth value. The
# optimizer step is that of your first agent.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        ### BEGIN SOLUTION
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return action.numpy()  # (n,)
        ### END SOLUTION

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ### BEGIN SOLUTION
        ended = transition.terminated | transition.truncated  # (n,)
        ### END SOLUTION
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        ### BEGIN SOLUTION
        loss = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        ### END SOLUTION

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("policy_network/update", SimplePolicy)

# %% [markdown]
# ## 9. Training with a batch of episodes
#
# The gradients of sixty-four episodes are averaged, so luck matters less, and we can trust the
# direction with a larger step: the learning rate can be $3 \cdot 10^{-2}$ instead of
# $5 \cdot 10^{-3}$. One NumPy call moves all sixty-four cart poles, so a batch takes hardly more
# time than its longest episode.
#
# Every 16,000 steps the agent is tested greedily on fifty new episodes. When it keeps the pole up
# in these, and in fifty more, training ends. In the picture each test is a green diamond. An empty
# diamond is a test that was broken off because it could no longer reach the best one. It shows the
# most that was still possible.
#
# ### Exercise: `agent` (10 minutes)
#
# `make_agent` returns a new `SimplePolicy` with hyperparameters that learn well in batches of 64.
# (*Hyperparameters* are the numbers that you choose and the agent does not learn: here the discount
# and the learning rate.) Start with the ones above. Try others if you like, and compare the curves.
#
# <details><summary>Hint</summary>
#
# `return SimplePolicy(gamma=0.99, lr=3e-2)`. If the learning rate is a hundred times larger, the
# policy jumps to “always left” and never comes back. If it is ten times smaller, you wait much
# longer.
# </details>


# %% nbgrader={"grade_id": "agent", "solution": true}
def make_agent():
    """Return a new, untrained agent."""
    ### BEGIN SOLUTION
    return SimplePolicy(gamma=0.99, lr=3e-2)
    ### END SOLUTION


# %% tags=["not-graded", "raises-exception"]
agent = make_agent()


def push_right(states):
    """The probability of pushing right in each state; (n, 4) to (n,)."""
    with torch.no_grad():
        return agent.net(torch.as_tensor(states))[:, 1].numpy()


maps = {"before learning": map_states(push_right)}


def keep_map(statistics):
    """Look at the policy after 3 and after 8 batches."""
    if len(statistics) in (3 * 64, 8 * 64):
        maps[f"after {len(statistics) // 64} batches"] = map_states(push_right)


statistics = train_agent(
    agent,
    "CartPole-v1",
    Training(episodes=5_000, environments=64, checkpoint_every=16_000, seed=1, on_episode=keep_map),
)
plot_learning_curve("policy_network", statistics)

# %% [markdown]
# Is your curve inside the band? Each training in the band started from other random weights, and
# yours is one more. The curve ends below 475 because the agent still draws its actions at random
# while it learns. Its greedy actions, which the diamonds show, are already good enough. If your
# curve stays flat, go back to the checks of the exercises.
#
# And what has it learned? Each picture shows how likely the policy pushes to the right, for every
# angle and angular velocity of the pole, with the cart standing still in the middle. On the white
# line it is undecided.

# %% tags=["not-graded", "raises-exception"]
maps["after learning"] = map_states(push_right)
plot_policy_maps(maps)

# %% [markdown]
# At first the policy hardly looks at the pole. Then a rule appears by itself: push to the side to
# which the pole leans *and* falls. This is the rule of thumb that you wrote by hand in
# {unit:meet_cartpole}.
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
check("policy_network/agent", make_agent)

# %% [markdown]
# ## 10. An experiment: which learning rate is best?
#
# You have taken $3 \cdot 10^{-2}$ on trust. Is it a good choice? Now you find out, as one does in
# research: write down what you expect, train with **several seeds**, and look at the middle and at
# the spread.
#
# **The interquartile mean**: sort the scores, leave out the lowest and the highest quarter (rounded
# down), and take the mean of the rest. One lucky training cannot move it much. Its **95 %
# interval** says how far it would move with other seeds: it is found by drawing the scores again
# and again, with replacement (the *bootstrap*). If the interval of a *difference* does not contain
# 0, the difference is not just luck. (Agarwal et al., 2021.)
#
# We compare three learning rates: a tenth of ours, ours, and ten times ours. Each agent plays
# 40,000 steps, with five seeds. All of it takes less than a minute. Two things are measured:
#
# * the **training score**, the mean of the last 100 episodes, in which the agent still draws its
#   actions at random;
# * the **greedy score**, the mean of 50 episodes in which the trained agent always takes its best
#   action.
#
# ### Your prediction
#
# (5 minutes, graded by hand, 1 point.) Before you run the next cell: which of the three will have
# the best training score, which the best greedy score, and why? Wrong predictions cost nothing. A
# reason is what counts.

# %% [markdown] nbgrader={"grade_id": "question-prediction", "grade": true, "solution": true, "points": 1}
# For example: 0.03 wins both. With 0.003 the policy has hardly moved after 40,000 steps. With 0.3
# each step follows one noisy batch so far that it overshoots. Another guess with a reason is just as
# good.
#
# **Points**
#
# * 1: It names a best learning rate for both scores and gives a reason that fits: steps too small
#   to get there, or so large that they overshoot. Whether it comes true does not matter.

# %% tags=["not-graded", "raises-exception"]
budget = Training(episodes=10_000, environments=64, max_steps=40_000)
comparison = compare_settings(
    {
        f"learning rate {rate:g}": Setting(partial(SimplePolicy, lr=rate), budget)
        for rate in (0.003, 0.03, 0.3)
    },
    seeds=range(5),
)
print(comparison.table())
plot_experiment(comparison, title="Three learning rates")

# %% tags=["not-graded", "raises-exception"]
large, ours, small = (f"learning rate {rate}" for rate in ("0.3", "0.03", "0.003"))
print("greedy,   0.03 minus 0.003:", comparison.difference(ours, small))
print("training, 0.3 minus 0.03:  ", comparison.training_difference(large, ours))
print("greedy,   0.3 minus 0.03:  ", comparison.difference(large, ours))

# %% [markdown]
# ### Exercise: `experiment` (15 minutes)
#
# Here are the scores of the same experiment, as we measured it. (Yours may differ: your computer
# rounds in another way.) A row is a learning rate, a column a seed.

# %%
greedy = {
    0.003: [111, 82, 116, 106, 59],
    0.03: [334, 460, 249, 212, 249],
    0.3: [59, 74, 131, 153, 79],
}
training = {
    0.003: [35.9, 33.8, 36.0, 38.4, 36.2],
    0.03: [98.2, 113.6, 135.8, 94.1, 98.6],
    0.3: [88.3, 95.8, 144.2, 94.6, 56.8],
}

# %% [markdown]
# Return a dictionary with two keys:
#
# * `"middles"`: the interquartile means of the three **greedy** scores, in the order 0.003, 0.03,
#   0.3. Three numbers.
# * `"misled"`: suppose somebody trains only *once* with each of two learning rates and believes the
#   higher score. There are $5 \cdot 5 = 25$ pairs of trainings. In how many of them does 0.3 have
#   the higher score? Three numbers: against 0.03 by the training score, against 0.03 by the greedy
#   score, against 0.003 by the greedy score.
#
# You may write numbers, or code that computes them: the function is called once for each part. (Its
# cell must work by itself, so copy the scores into the function if you need them.)
#
# <details><summary>Hint</summary>
#
# With five scores, one quarter rounded down is one score at each end: the mean of the middle three.
# For the pairs, `sum(a > b for a in ... for b in ...)` counts how often `a` is larger.
# </details>


# %% nbgrader={"grade_id": "experiment", "solution": true}
def experiment():
    """Return the dictionary with your two answers."""
    ### BEGIN SOLUTION
    return {"middles": [99.7, 277.3, 94.7], "misled": [7, 0, 12]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-experiment", "grade": true}
check("policy_network/experiment", experiment)

# %% [markdown]
# ### What the picture shows
#
# (10 minutes, graded by hand, 3 points.) Look at *your* picture and your three differences.
#
# 1. Which of the three differences are more than luck, and how do you see it? (1 point)
# 2. By the training score, 0.3 does as well as 0.03, or nearly. By the greedy score it is much
#    worse. How can this be? What does a policy look like that was pushed too far? (1 point)
# 3. Somebody has time for ten trainings and wants to choose between 0.01 and 0.03. How should they
#    spend them, what should they measure, and when should they say "I cannot tell"? (1 point)

# %% [markdown] nbgrader={"grade_id": "question-experiment", "grade": true, "solution": true, "points": 3}
# 1. A difference is more than luck if its 95 % interval does not contain 0. In our run these are the
# two greedy differences. The training scores of 0.3 and 0.03 are not told apart.
# 2. Training draws its actions: where the best action is wrong, the other one is drawn now and then and
# saves the pole. The greedy policy makes the same mistake each time. Too large steps have pushed the
# logits so far apart that the probabilities are close to 0 and 1, even where the choice is wrong, and
# there the gradient is almost 0, so that it is hardly corrected any more.
# 3. Five trainings with each, the same budget, seeds chosen before. Measure the greedy score and look at
# the interval of the difference of the interquartile means. If it contains 0: "I cannot tell".
#
# **Points**
#
# * 1: It uses the intervals of *its own* run: a difference counts if its interval does not contain
#   0.
# * 1: It tells drawing from always taking the best action, and describes a policy that is almost
#   certain, also where it is wrong.
# * 1: It trains both with several seeds and the same budget, measures one score, and says "I cannot
#   tell" if the interval contains 0.

# %% [markdown]
# ## 11. Watch it

# %% tags=["not-graded", "raises-exception"]
animate(agent, seed=3)

# %% [markdown]
# ## 12. Save and load
#
# A trained agent is worth keeping. Four things belong in the file, in a dictionary with these keys:
# `games`, `model_state_dict`, `optimizer_state_dict`, `mean_reward` (`None` before the first
# episode). The optimizer matters, too.
# Adam remembers averages of the gradients, and without them the first steps after loading go in a
# wrong direction.
#
# ### Exercise: `save` (10 minutes)
#
# Write `save_agent`, which writes this dictionary with `torch.save`, and `load_agent`, which reads
# it and puts everything back into the given agent.
#
# <details><summary>Hint</summary>
#
# Networks and optimizers both have `state_dict()` and `load_state_dict(...)`. Load the file with
# `torch.load(path, weights_only=True)`: then a file from somebody else cannot run code on your
# computer.
# </details>


# %% nbgrader={"grade_id": "save", "solution": true}
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    ### BEGIN SOLUTION
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )
    ### END SOLUTION


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    ### BEGIN SOLUTION
    checkpoint = torch.load(path, weights_only=True)
    agent.games = checkpoint["games"]
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.mean_reward = checkpoint["mean_reward"]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-save", "grade": true}
check("policy_network/save", save_agent, load_agent)

# %% tags=["not-graded", "raises-exception"]
save_agent(agent, "policy_network.pt")
restored = SimplePolicy()
load_agent(restored, "policy_network.pt")
print(f"The restored agent scores {mean_score(play_episodes(restored, seed=5)):.1f} on average.")

# %% [markdown]
# ## 13. What went wrong here?
#
# Three colleagues changed one thing each in this notebook. One forgot the minus in the loss. One
# set `gamma=0`. One took a learning rate of 0.3. Among these six pictures are theirs. (The others
# are the reference, one that leaves `normalise` out, and one with a learning rate of 0.003. Six
# trainings of 60,000 steps each; the line is the interquartile mean.)

# %% tags=["not-graded"]
plot_lettered_curves("policy_network")

# %% [markdown]
# And a fourth colleague wrote these returns:
#
# ```python
# def discounted_returns(rewards, gamma=0.99):
#     returns = []
#     following = 0.0
#     for reward in rewards:
#         following = reward + gamma * following
#         returns.append(following)
#     return torch.tensor(returns)
# ```
#
# ### Exercise: `diagnosis` (15 minutes)
#
# Return a dictionary with three keys:
#
# * `"returned"`: what the fourth colleague's function returns for the rewards `[1, 0, 2, 4]` and
#   `gamma=0.5`. Four numbers.
# * `"right"`: what it should return. Four numbers.
# * `"curves"`: the letters of the three pictures, in this order: no minus, `gamma=0`, learning rate
#   0.3. A text of three letters, such as `"abc"`.
#
# <details><summary>Hint</summary>
#
# For the pictures: what are the returns worth if `gamma=0`, and what is left of them after
# `normalise`? Where does an agent end that makes good actions less likely? And what did your own
# experiment say about the spread with a large learning rate?
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the dictionary with your three answers."""
    ### BEGIN SOLUTION
    return {"returned": [1, 0.5, 2.25, 5.125], "right": [2, 2, 4, 4], "curves": "bfc"}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("policy_network/diagnosis", diagnosis)

# %% [markdown]
# ## 14. In your own words
#
# (5 minutes, graded by hand.) On the cart pole every reward is $+1$, so without the shift to mean 0
# all returns are positive. In which direction is then *each* drawn action pushed, and how can an
# agent learn all the same, if it draws enough of them? What does the shift change for the actions
# at the end of a bad episode? (In the pictures above, the agent that leaves `normalise` out learns
# with 64 episodes per update. With a single one it is much harder.)

# %% [markdown] nbgrader={"grade_id": "question-baseline", "grade": true, "solution": true, "points": 2}
# Each drawn action is made more likely. But the probabilities of a state add up to 1, and an action
# with a larger return is pushed harder: over many draws the better actions gain and the others lose. The
# mean of the gradient is right, only its spread is large. With the shift, returns below the mean become
# negative, and the actions at the end of a bad episode become less likely.
#
# **Points**
#
# * 1: Every drawn action is pushed up, the better ones more, so that over many draws they win.
# * 1: With the shift the actions at the end of a bad episode have negative weights and become less
#   likely.

# %% [markdown]
# ## What you can do now
#
# * Write a policy as a network, draw actions from it, and explain logits and softmax.
# * Compute discounted returns, and say which rewards a step is paid for.
# * Derive the policy gradient with the log-derivative trick, and turn it into a loss.
# * Write an agent that learns from single episodes or from batches, and say why batches help.
# * Compare settings with several seeds, interquartile means and intervals, and say "I cannot tell"
#   when the interval says so.
#
# ## Where to go from here
#
# * R. Agarwal et al., [Deep Reinforcement Learning at the Edge of the Statistical
#   Precipice](https://arxiv.org/abs/2108.13264), *NeurIPS* 34, 2021: the interquartile mean and its
#   interval.
# * D. P. Kingma, J. Ba, [Adam: A Method for Stochastic
#   Optimization](https://arxiv.org/abs/1412.6980), *ICLR* 2015.
# * R. J. Williams, [Simple statistical gradient-following algorithms for connectionist
#   reinforcement learning](https://doi.org/10.1007/BF00992696), *Machine Learning* 8, 1992.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, chapter 13.
# * In {unit:actor_critic}, a second head of the network learns what “than usual” means in each
#   single state.
