# %% [markdown]
# # An actor and its critic
#
# In {unit:policy_network} the agent asked after each batch: did it go better than usual? And
# *usual* was one number, the mean over everything. But a return of 30 is a great success when the
# pole is already tipping over, and a disappointment when the pole stands upright. To judge an
# action, we should know the state in which it was taken.
#
# So the network gets a second output, the **critic**. It estimates the return that the agent can
# expect from a state. The **actor** is the policy, as before. The actor learns from how much better
# things went than the critic expected. The critic learns to make better estimates.
#
# **What you will learn**
#
# * what the value of a state is, and how a network with two heads learns a policy and values at once;
# * what an advantage is, which gradients must flow and which must not;
# * why a baseline may depend on the state and not on the action;
# * to find out by an experiment whether a critic helps, and to say when you cannot tell.
#
# **Difficulty**: medium. {Unit:policy_network} comes first. Plan two and a half hours. You write
# about 55 lines, many of which you know already, in short exercises of 5 to 20 minutes, each with
# its check right below. Many exercises have more than one gap: replace every
# `# YOUR CODE HERE` and every `raise NotImplementedError()`. The lines that are given in an
# exercise's cell may be changed, too (for example, you may choose another optimizer), as long as
# all names and arguments stay the same.

# %%
# {start}

# %%
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical

from autograder import check
from helpers import (
    AbstractAgent,
    Setting,
    Training,
    animate,
    compare_settings,
    mean_score,
    play_episodes,
    plot_experiment,
    plot_learning_curve,
    plot_lettered_curves,
    train_agent,
)
from helpers.figures import map_states, plot_critic_map
from helpers.returns import relative_returns

# %% [markdown]
# ## 1. One network, two heads
#
# The *value* of a state is the return that the policy $\pi$ can expect from there:
#
# $$V(s) = \mathbb E_\pi\,[\,G_t \mid s_t = s\,]$$
#
# Actor and critic look at the same four numbers, and both must understand the same things: which
# way does the pole lean, and how fast? So they share a hidden layer. Only the last layer is
# different.
#
# $$h = \operatorname{ReLU}(W s + b), \qquad
# \pi(\cdot \mid s) = \operatorname{softmax}(W_\pi h + b_\pi), \qquad V(s) = W_V h + b_V$$
#
# ### Exercise: `forward` (10 minutes)
#
# Write the class `ActorCriticNetwork`:
#
# 1. In `__init__`, create a linear layer from the 4 numbers of an observation to `hidden_size`, and
#    two linear layers from there: `policy`, to `n_actions` numbers, and `critic`, to a single
#    number.
# 2. In `forward`, return two things: the probabilities, shape `(batch, n_actions)`, and the values,
#    shape `(batch,)`. A value can be any number, so there is no activation after `critic`.
#
# The usual choice for a linear layer is `nn.Linear`. A layer of your own counts, too, if a weight
# and a bias are its only parameters, and you may initialise them as you like.
#
# <details><summary>Hint</summary>
#
# `critic` returns shape `(batch, 1)`. Remove the last dimension with `.squeeze(-1)`. A plain
# `.squeeze()` would also remove the batch dimension if the batch holds a single observation.
# </details>


# %% nbgrader={"grade_id": "forward", "solution": true}
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        ### BEGIN SOLUTION
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = F.relu(self.hidden(x))  # (batch, hidden_size)
        probs = F.softmax(self.policy(x), dim=-1)  # (batch, n_actions)
        value = self.critic(x).squeeze(-1)  # (batch,)
        return probs, value
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-forward", "grade": true}
check("actor_critic/forward", ActorCriticNetwork)

# %% [markdown]
# ## 2. Choosing an action
#
# As in {unit:policy_network}, the action is drawn at random. What is new: for each state the agent
# also keeps the critic's value, because the losses will need it.
#
# ### Exercise: `act` (5 minutes)
#
# `observation` is a NumPy array of shape `(n, 4)`. `net` is a network of your class
# `ActorCriticNetwork`, so you may use its attributes. Draw an action for each row. Return the
# actions, their log-probabilities and the values: three tensors of shape `(n,)`.
#
# <details><summary>Hint</summary>
#
# `net(...)` returns two things now. Return the value as it came from the network: `.detach()`,
# `.item()` or `torch.no_grad()` would cut its connection to the network, and the critic could never
# learn.
# </details>


# %% nbgrader={"grade_id": "act", "solution": true}
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    ### BEGIN SOLUTION
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))  # (n, n_actions), (n,)
    m = Categorical(probs)
    action = m.sample()  # (n,)
    return action, m.log_prob(action), value
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-act", "grade": true}
check("actor_critic/act", choose_action)

# %% [markdown]
# ## 3. The advantage
#
# You know returns and their normalisation from {unit:policy_network}. Here both are given, in another
# form. `relative_returns` divides each return by 500, the best score; and PyTorch's `layer_norm`
# shifts to mean 0 and scales to standard deviation 1. What is normalised afterwards is the same on
# any scale.
#
# Why normalise? Returns on the cart pole go up to 100. A new critic gives values near 0, so it
# would need a long time to get there. With mean 0 and standard deviation 1, the returns have the
# scale of our critic's values.


# %%
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, as a part of 500; (steps,) to (steps,)."""
    return relative_returns(rewards, gamma)


def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.layer_norm(returns, returns.shape, eps=1e-9)


# %% [markdown]
# How much better did it go than the critic expected? This is the *advantage*:
#
# $$A_t = G_t - V(s_t)$$
#
# (Some people call this the temporal difference. It is not quite the same. The *TD error* compares
# the value with only one reward and the value of the next state,
# $r_t + \gamma V(s_{t+1}) - V(s_t)$. Ours compares it with the whole return that was really played.
# See Sutton & Barto, sections 6.1 and 13.4.)
#
# A number that we subtract from the return is called a *baseline*. It may depend on the state, but
# not on the action. Then it does not change the gradient on average, because the probabilities of
# all actions always sum to 1:
#
# $$\mathbb E_{a \sim \pi}\,[\,b(s)\, \nabla \log \pi(a \mid s)\,] = b(s) \sum_a \nabla \pi(a \mid s) = b(s)\, \nabla 1 = 0$$
#
# But a good baseline makes the gradient much less noisy.
#
# The advantage tells the *actor* how good its action was. The critic must not learn from it.
# Otherwise it would learn to say whatever makes the actor's loss small, whether it is true or not.
# So no gradient may flow through $V(s_t)$ here.
#
# ### Exercise: `advantage` (5 minutes)
#
# `returns` and `values` have shape `(steps,)`. Return the advantages, same shape. No gradient may
# flow from them back into the network that computed the values.
#
# <details><summary>Hint</summary>
#
# `tensor.detach()` gives you the same numbers without their connection to the network.
# </details>


# %% nbgrader={"grade_id": "advantage", "solution": true}
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    ### BEGIN SOLUTION
    return returns - values.detach()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-advantage", "grade": true}
check("actor_critic/advantage", advantage)

# %% [markdown]
# ## 4. Two losses
#
# The actor's loss is the one of REINFORCE, with the advantage instead of the return. The critic's
# loss is an ordinary regression: the values should come close to the returns. With squared errors,
# a few extreme returns would dominate everything. So we take `smooth_l1_loss`, which is quadratic
# for errors below 1 and linear above (Huber, 1964):
#
# $$L_\pi = -\frac 1 T \sum_t A_t \,\log \pi(a_t \mid s_t), \qquad
# L_V = \frac 1 T \sum_t \begin{cases}
# \frac 12 (V_t - G_t)^2 & \text{if } |V_t - G_t| < 1\\ |V_t - G_t| - \frac 12 & \text{otherwise}
# \end{cases}$$
#
# ### Exercise: `losses` (10 minutes)
#
# All four arguments have shape `(steps,)`. `advantages` are what your `advantage` returned. Return
# two numbers, the actor's loss and the critic's loss. Two sums instead of two means are right, too,
# but do not mix them. A sum is thousands of times larger than a mean, so one of the two losses
# would hardly count.
#
# <details><summary>Hint</summary>
#
# `F.smooth_l1_loss(values, returns)` already takes the mean. Keep everything a tensor: after
# `.item()` or `float(...)` there is no gradient left to learn from.
# </details>


# %% nbgrader={"grade_id": "losses", "solution": true}
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    ### BEGIN SOLUTION
    policy_loss = (-advantages * log_probs).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-losses", "grade": true}
check("actor_critic/losses", losses)

# %% [markdown]
# ## 5. A first agent: one episode at a time
#
# As in {unit:policy_network}, you begin with an agent for a single environment. All arrays have one
# row: `observation` has the shape `(1, 4)`, and `transition.reward[0]` is the reward of the step.
# Only the memory and the losses are new: the agent also remembers the critic's values.
#
# ### Exercise: `first_agent` (15 minutes)
#
# There are three gaps. Use your own `choose_action`, `advantage` and `losses`, and the given
# `discounted_returns` and `normalise`. The check replaces them, so that a mistake in one of them
# costs nothing here.
#
# 1. `start_episode`: make three empty lists, for log-probabilities, values and rewards.
# 2. `act`: choose an action, append its log-probability and its value, and return the actions as a
#    NumPy array of shape `(1,)`.
# 3. `train`: append the reward, a float. If the episode has ended (terminated *or* truncated),
#    compute the normalised returns of all its steps, with the agent's own `self.gamma`, the
#    advantages and both losses, and do **one** optimizer step for the sum of the losses.
#
# <details><summary>Hint</summary>
#
# `torch.cat(list_of_tensors)` makes one tensor of shape `(steps,)`, of the log-probabilities and of
# the values alike. The values that go to `losses` keep their gradient: only `advantage` detaches.
# </details>


# %% nbgrader={"grade_id": "first_agent", "solution": true}
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        ### BEGIN SOLUTION
        self.log_probs, self.estimates, self.collected = [], [], []
        ### END SOLUTION

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        ### BEGIN SOLUTION
        action, log_prob, value = choose_action(self.net, observation)  # (1,) each
        self.log_probs.append(log_prob)
        self.estimates.append(value)
        return action.numpy()
        ### END SOLUTION

    def train(self, transition):
        ### BEGIN SOLUTION
        self.collected.append(float(transition.reward[0]))
        if transition.terminated[0] or transition.truncated[0]:
            returns = normalise(discounted_returns(self.collected, self.gamma))  # (steps,)
            log_probs, values = torch.cat(self.log_probs), torch.cat(self.estimates)
            actor, critic = losses(log_probs, advantage(returns, values), values, returns)
            self.optimizer.zero_grad()
            (actor + critic).backward()
            self.optimizer.step()
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-first_agent", "grade": true}
check("actor_critic/first_agent", FirstActorCritic)

# %% tags=["not-graded", "raises-exception"]
for seed in (1, 2):
    print(f"One episode per update, seed {seed}:")
    train_agent(FirstActorCritic(), "CartPole-v1", Training(episodes=150, seed=seed))

# %% [markdown]
# It learns, and it learns erratically, as in {unit:policy_network}: one episode is a poor estimate
# of the gradient, with or without a critic.
#
# ## 6. The agent that plays many episodes at once
#
# The second agent is built like `SimplePolicy`: it plays a batch of episodes to the end, then
# learns from all their steps at once. The code that keeps the episodes apart is given.
#
# ### Exercise: `update` (15 minutes)
#
# There are two gaps:
#
# 1. `act`: choose actions with your `choose_action`, append a `SavedAction` with their
#    log-probabilities and values to `self.memory`, and return the actions as a NumPy array.
# 2. `update`: compute the advantages, then both losses, and do **one** optimizer step for their
#    sum. Both heads, and the layer that they share, learn in this one step.
#
# <details><summary>Hint</summary>
#
# The loss may be a sum: `zero_grad`, then `backward` on the sum, then `step`. Two steps, one for
# each loss, would not work. After the first step the weights have changed, and the second loss was
# computed with the old ones.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        ### BEGIN SOLUTION
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, value))
        return action.numpy()  # (n,)
        ### END SOLUTION

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= (transition.terminated | transition.truncated).sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        ### BEGIN SOLUTION
        advantages = advantage(returns, values)
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        self.optimizer.zero_grad()
        (policy_loss + value_loss).backward()
        self.optimizer.step()
        ### END SOLUTION

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("actor_critic/update", ACPolicy)

# %% [markdown]
# ## 7. Training
#
# We use sixty-four episodes for every update and a learning rate of $3 \cdot 10^{-2}$, as with
# REINFORCE.
#
# The textbook way is one episode per update and a learning rate of $5 \cdot 10^{-3}$. It works,
# too: in each of four trainings that we measured it reached the goal, after 21 to 57 seconds of CPU
# time. Batches of sixty-four take two seconds. Their gradient is less noisy, so the steps can be
# larger, and one NumPy call moves sixty-four cart poles.
#
# ### Exercise: `agent` (5 minutes)
#
# `make_agent` returns a new `ACPolicy` with hyperparameters that learn well in batches of 64. Start
# with the ones above. Try others if you like, and compare the curves.
#
# <details><summary>Hint</summary>
#
# `return ACPolicy(gamma=0.99, lr=3e-2)`. With a much larger learning rate the policy becomes sure
# of itself before it knows anything. With a much smaller one you wait a long time.
# </details>


# %% nbgrader={"grade_id": "agent", "solution": true}
def make_agent():
    """Return a new, untrained agent."""
    ### BEGIN SOLUTION
    return ACPolicy(gamma=0.99, lr=3e-2)
    ### END SOLUTION


# %% tags=["not-graded", "raises-exception"]
agent = make_agent()
statistics = train_agent(
    agent, "CartPole-v1", Training(episodes=2_500, environments=64, checkpoint_every=16_000, seed=1)
)

# %% [markdown]
# A dot is an episode, the line is the mean of the last 100, and each green diamond is a greedy test.
# (An empty one was broken off because it could no longer reach the best. It shows the most that was
# still possible.) Does your training look like others? Eight of ten trainings of the reference agent
# lie inside the band.

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("actor_critic", statistics)

# %% [markdown]
# The next cell does what the grader does. It trains a **new** agent with your code, in a cart pole
# **in disguise**: the four numbers of the observation change places and signs, and the actions
# change names. Then the agent plays 100 greedy episodes. A mean score of at least 475 earns the
# points. If the first training misses it, the grader tries two more.
#
# Is that fair? We measured it with many trainings of the reference agent and of agents with a
# mistake. A correct solution misses all three times at most once in 1,000. An agent with a mistake
# that only its score can show gets through at most once in 100.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("actor_critic/agent", make_agent)

# %% tags=["not-graded", "raises-exception"]
animate(agent, seed=3)

# %% [markdown]
# ## 8. An experiment: does the critic help?
#
# Is the critic worth its trouble? Find out, with the tools of {unit:policy_network}: several seeds,
# interquartile means, 95 % intervals. We compare three agents. They differ only in what `update` is
# given as the critic's values:
#
# * **critic**: your agent.
# * **no critic**: the value is 0 everywhere. Then the advantage is the return itself, normalised
#   over the batch.
# * **says 3**: the value is 3 everywhere, and it never learns. Normalised returns are hardly ever
#   above 3, so every advantage is negative.
#
# Each agent plays 40,000 steps, with five seeds. All of it takes about a minute.
#
# ### Your prediction
#
# (5 minutes, graded by hand, 1 point.) Before you run the next cell: in which order will the three
# end, by the training score and by the greedy score, and why? Wrong predictions cost nothing. A
# reason is what counts.

# %% [markdown] nbgrader={"grade_id": "question-prediction", "grade": true, "solution": true, "points": 1}
# For example: critic first, then no critic, then "says 3". The critic takes out what the state
# explains, so that advantages spread less and each step is less noisy. A constant 3 makes every
# advantage negative, which is right on average and very noisy.
#
# **Points**
#
# * 1: It gives an order for both scores and a reason that has to do with the spread, or the sign,
#   of the advantages. Whether it comes true does not matter.


# %% tags=["not-graded", "raises-exception"]
class NoCritic(ACPolicy):
    """The value is 0 everywhere."""

    def update(self, log_probs, values, returns):
        super().update(log_probs, 0 * values, returns)


class SaysThree(ACPolicy):
    """The value is 3 everywhere."""

    def update(self, log_probs, values, returns):
        super().update(log_probs, 0 * values + 3, returns)


budget = Training(episodes=10_000, environments=64, max_steps=40_000)
comparison = compare_settings(
    {
        name: Setting(partial(kind, lr=3e-2), budget)
        for name, kind in (("critic", ACPolicy), ("no critic", NoCritic), ("says 3", SaysThree))
    },
    seeds=range(5),
)
print(comparison.table())
plot_experiment(comparison, title="Does the critic help?")

# %% tags=["not-graded", "raises-exception"]
for one, other in (("critic", "no critic"), ("critic", "says 3"), ("no critic", "says 3")):
    print(
        f"{one} minus {other}: training {comparison.training_difference(one, other)}, "
        f"greedy {comparison.difference(one, other)}"
    )

# %% [markdown]
# ### Exercise: `experiment` (10 minutes)
#
# Here are the training scores of the same experiment as we measured it, a row for each agent, a
# column for each seed. (Yours may differ: your computer rounds in another way.)
#
# | agent | seed 0 | seed 1 | seed 2 | seed 3 | seed 4 |
# |---|---|---|---|---|---|
# | critic | 178.6 | 148.0 | 134.0 | 162.7 | 141.9 |
# | no critic | 113.9 | 101.3 | 146.2 | 145.9 | 119.3 |
# | says 3 | 72.9 | 116.3 | 57.4 | 165.7 | 86.0 |
#
# And these are the differences with their 95 % intervals:
#
# | row | difference | score | estimate | interval |
# |---|---|---|---|---|
# | 0 | critic minus no critic | training | 24.5 | -0.1 to 53.4 |
# | 1 | critic minus says 3 | training | 59.1 | 3.7 to 95.2 |
# | 2 | no critic minus says 3 | training | 34.6 | -23.1 to 69.3 |
# | 3 | critic minus no critic | greedy | -46.3 | -248.0 to 174.0 |
# | 4 | critic minus says 3 | greedy | 235.0 | -10.3 to 353.3 |
# | 5 | no critic minus says 3 | greedy | 281.3 | 0.3 to 413.0 |
#
# Return a dictionary with two keys:
#
# * `"middles"`: the interquartile means of the three rows of training scores. Three numbers.
# * `"shown"`: the rows of the second table in which a difference is shown, so that it is not just
#   luck. A list of row numbers.
#
# <details><summary>Hint</summary>
#
# With five scores, leave out the lowest and the highest. A difference is shown if its interval does
# not contain 0, however large or small the estimate is.
# </details>


# %% nbgrader={"grade_id": "experiment", "solution": true}
def experiment():
    """Return the dictionary with your two answers."""
    ### BEGIN SOLUTION
    return {"middles": [150.9, 126.4, 91.7], "shown": [1, 5]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-experiment", "grade": true}
check("actor_critic/experiment", experiment)

# %% [markdown]
# ### What the picture shows
#
# (10 minutes, graded by hand, 3 points.) Look at *your* picture and your differences.
#
# 1. Does the critic help? Say what your numbers show, and what they leave open. (1 point)
# 2. In our second table, row 4 has the large estimate 235 and shows nothing, while row 1 has the
#    estimate 59 and shows a difference. How can this be? (1 point)
# 3. You have time for twenty more trainings. Which agents would you train, and what would you look
#    at? What would make you change your mind about the critic? (1 point)

# %% [markdown] nbgrader={"grade_id": "question-experiment", "grade": true, "solution": true, "points": 3}
# 1. The critic is shown to help if the interval of "critic minus no critic" is above 0. If it contains
# 0, as in our run (-0.1 to 53.4), the question is open: it is not shown that the critic is useless.
# 2. The width of an interval comes from the spread between the seeds. Greedy scores differ by hundreds
# from seed to seed, so that even 235 could be luck. The training scores differ little, so 59 is enough.
# 3. Ten more seeds for each of "critic" and "no critic", and none for "says 3". Look at the interval of
# the training difference over all seeds: all of it above 0 speaks for the critic, all of it below 0
# against it, and with 0 inside it stays open.
#
# **Points**
#
# * 1: It reads its own interval, and does not take "not shown" for "no difference".
# * 1: The spread between seeds decides how wide an interval is, and greedy scores spread more.
# * 1: It spends the trainings on the two agents in question, and says before which result would
#   change its mind.
# %% [markdown]
# ## 9. What does the critic think?
#
# The score cannot tell you whether your critic is any good. The actor learns even if the critic's
# values are nonsense, because they are only a baseline. So let us ask the critic. The plot shows
# its value for every combination of angle and angular velocity, with the cart standing still in the
# middle. Bright means good. The white line belongs to the actor: above it, pushing to the right is
# more likely, and below it, pushing to the left.


# %% tags=["not-graded", "raises-exception"]
def push_right(states):
    """The probability of pushing right in each state; (n, 4) to (n,)."""
    with torch.no_grad():
        return agent.net(torch.as_tensor(states))[0][:, 1].numpy()


def value(states):
    """What the critic expects from each state; (n, 4) to (n,)."""
    with torch.no_grad():
        return agent.net(torch.as_tensor(states))[1].numpy()


plot_critic_map(map_states(value), map_states(push_right))

# %% [markdown]
# It is dark where the pole leans *and* keeps falling. A leaning pole that swings back is no
# problem: the bright ridge runs from the upper left to the lower right. And the actor's line runs
# along it. Both found out by themselves what you wrote down as a rule of thumb in
# {unit:meet_cartpole}.

# %% [markdown]
# ## 10. Save and load
#
# ### Exercise: `save` (5 minutes)
#
# As in {unit:policy_network}: `save_agent` writes a dictionary with the keys `games`,
# `model_state_dict`, `optimizer_state_dict` and `mean_reward`, and `load_agent` puts everything
# back into the given agent. The network has two heads now. Does this change anything?
#
# <details><summary>Hint</summary>
#
# It does not: `state_dict()` finds every layer that is an attribute of the network. Load the file
# with `torch.load(path, weights_only=True)`.
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
check("actor_critic/save", save_agent, load_agent)

# %% tags=["not-graded", "raises-exception"]
save_agent(agent, "actor_critic.pt")
restored = ACPolicy()
load_agent(restored, "actor_critic.pt")
print(f"The restored agent scores {mean_score(play_episodes(restored, seed=5)):.1f} on average.")

# %% [markdown]
# ## 11. What went wrong here?
#
# Three colleagues changed one thing each. One had read that something must be detached, and wrote
# these losses:
#
# ```python
# def losses(log_probs, advantages, values, returns):
#     policy_loss = (-advantages * log_probs.detach()).mean()
#     value_loss = F.smooth_l1_loss(values, returns)
#     return policy_loss, value_loss
# ```
#
# One computed the advantage as `values.detach() - returns`. And one took a learning rate of 0.3.
# None of them saw an error. Their pictures are among these six. (The others are the reference, one
# with a learning rate of 0.003, and one whose critic's loss has the wrong sign. Six trainings of
# 60,000 steps each; the line is the interquartile mean.)

# %% tags=["not-graded"]
plot_lettered_curves("actor_critic")

# %% [markdown]
# ### Exercise: `diagnosis` (15 minutes)
#
# Return a dictionary with three keys:
#
# * `"advantages"`: what your own `advantage` returns for the returns `[1.2, 0.4, -0.6, -1.0]` and
#   the values `[0.5, 0.9, -0.8, 0.3]`. Four numbers.
# * `"moved"`: which parts of the network move in an update with the first colleague's losses? The
#   parts are 0: `hidden.weight`, 1: `hidden.bias`, 2: `policy.weight`, 3: `policy.bias`,
#   4: `critic.weight`, 5: `critic.bias`. A list of their numbers.
# * `"curves"`: the letters of the three pictures, in this order: the detached log-probabilities,
#   `values.detach() - returns`, learning rate 0.3. A text of three letters, such as `"abc"`.
#
# <details><summary>Hint</summary>
#
# For each of the two losses ask: from which parts of the network can its gradient still come? A
# part that one of them reaches moves. And an agent that acts at random scores about 22.
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the dictionary with your three answers."""
    ### BEGIN SOLUTION
    return {"advantages": [0.7, -0.5, 0.2, -1.3], "moved": [0, 1, 4, 5], "curves": "dfa"}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("actor_critic/diagnosis", diagnosis)

# %% [markdown]
# ## 12. In your own words
#
# (5 minutes, graded by hand.) Suppose the critic is wrong by the same amount everywhere: it says 3
# too much in every state, and it never learns. In which direction does this push the actions that
# were drawn? And why does the actor still find its way, if it draws enough of them? (Think about
# what a baseline may depend on, and what it may not.)

# %% [markdown] nbgrader={"grade_id": "question-baseline", "grade": true, "solution": true, "points": 2}
# Every advantage becomes too small by 3. Most are negative then, so that nearly every drawn action
# is made less likely. Worse actions are pushed down harder than good ones, and the probabilities add up
# to 1, so that over many draws the good ones gain. A baseline that depends on the state alone changes
# the mean of the gradient by
# $b(s) \sum_a \pi(a \mid s) \nabla \log \pi(a \mid s) = b(s) \nabla 1 = 0$.
# It must not depend on the action that was drawn.
#
# **Points**
#
# * 1: The drawn actions are pushed down, the good ones less, so that over many draws they win: the
#   spread grows, the mean stays.
# * 1: A baseline may depend on the state, and not on the action (or on what happened after it).

# %% [markdown]
# ## What you can do now
#
# * Say what a value is, and build a network that gives a policy and values.
# * Compute an advantage, and say which gradients may flow through it.
# * Show that a baseline does not change the gradient on average.
# * Train two heads with one optimizer step, from one episode or from many.
# * Read what a critic thinks, and test by an experiment whether it helps.
#
# ## Where to go from here
#
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, sections 13.4
#   (REINFORCE with baseline, which is what you built) and 13.5 (actor–critic, which learns after
#   every step).
# * V. R. Konda, J. N. Tsitsiklis, [Actor-Critic
#   Algorithms](https://papers.nips.cc/paper/1786-actor-critic-algorithms), *NIPS* 12, 1999.
# * V. Mnih et al., [Asynchronous Methods for Deep Reinforcement
#   Learning](https://arxiv.org/abs/1602.01783), 2016: actor and critic in one network, many
#   environments at once.
# * P. J. Huber, [Robust Estimation of a Location
#   Parameter](https://doi.org/10.1214/aoms/1177703732), *Annals of Mathematical Statistics* 35,
#   1964.
