# %% [markdown]
# # Q-learning along a cliff
#
# A walker has to get from S to G. Each step costs 1. Whoever steps into the cliff loses 100 and is
# put back to S:
#
# ```text
#  0  1  2  3  4  5  6  7  8  9 10 11
# 12 13 14 15 16 17 18 19 20 21 22 23
# 24 25 26 27 28 29 30 31 32 33 34 35
#  S  ~~~~~~~~~~~~ cliff ~~~~~~~~~~  G
# ```
#
# An observation is the number of the place, 0 to 47. The actions are 0 (up), 1 (right), 2 (down)
# and 3 (left). So what the walker knows fits into a table with 48 rows and 4 columns: $Q(s, a)$,
# the return that can be expected after action $a$ in state $s$ (Sutton & Barto, *Reinforcement
# Learning*, 2nd edition, section 6.5).
#
# You write about 15 lines. All functions take several states at once: `state` is an array of shape
# `(n,)`, and the answer has one entry for each of them.

# %%
# {start}

# %%
import numpy as np

from autograder import check
from helpers import (
    AbstractAgent,
    Training,
    World,
    mean_score,
    play_episodes,
    plot_learning_curve,
    plot_statistics,
    train_agent,
)

# %% [markdown]
# ## 1. The table
#
# ### Exercise: `q_table` (3 minutes)
#
# Return a table of zeros, shape `(n_states, n_actions)`, of floats.
#
# <details><summary>Hint</summary>
#
# `np.zeros` takes the shape as a tuple, and makes floats.
# </details>


# %% nbgrader={"grade_id": "q_table", "solution": true}
def q_table(n_states, n_actions):
    """A value for each state and action, all 0."""
    ### BEGIN SOLUTION
    return np.zeros((n_states, n_actions))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-q_table", "grade": true}
check("tabular_q/q_table", q_table)

# %% [markdown]
# ## 2. What to do
#
# If you know $Q$, the best action is the one with the largest value in the row of the state.
#
# ### Exercise: `greedy` (5 minutes)
#
# `q` is the table, `state` has shape `(n,)`. Return the best action of each state, shape `(n,)`.
# If two are equally good, either is right.
#
# <details><summary>Hint</summary>
#
# `q[state]` are the rows of these states, shape `(n, n_actions)`. Take `argmax` along each row,
# not down the columns: `axis=1`.
# </details>


# %% nbgrader={"grade_id": "greedy", "solution": true}
def greedy(q, state):
    """The action with the largest value in each state, (n,) to (n,)."""
    ### BEGIN SOLUTION
    return q[state].argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-greedy", "grade": true}
check("tabular_q/greedy", greedy)

# %% [markdown]
# Who always takes the best action known never finds a better one. So the agent sometimes tries
# something else.
#
# ### Exercise: `epsilon_greedy` (10 minutes)
#
# With probability `epsilon` the action of a state is random, any of all actions, the best one
# included. Otherwise it is the best one. Each state decides by itself. Any random generator will do.
#
# <details><summary>Hint</summary>
#
# Compute both for all states, the greedy actions and random ones (`np.random.randint`), and take
# one of them by `np.where(condition, random, greedy)`. The condition needs its own random number
# for each state: `np.random.random(n) < epsilon`.
# </details>


# %% nbgrader={"grade_id": "epsilon_greedy", "solution": true}
def epsilon_greedy(q, state, epsilon):
    """Random with probability epsilon, else the best action, (n,) to (n,)."""
    ### BEGIN SOLUTION
    best = q[state].argmax(axis=1)  # (n,)
    other = np.random.randint(q.shape[1], size=len(state))  # (n,)
    explores = np.random.random(len(state)) < epsilon  # (n,)
    return np.where(explores, other, best)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-epsilon_greedy", "grade": true}
check("tabular_q/epsilon_greedy", epsilon_greedy)

# %% [markdown]
# ## 3. What to learn
#
# After a step from $s$ to $s'$ you know more about $Q(s, a)$ than before: the reward $r$ is known,
# and what follows is worth $\max_{a'} Q(s', a')$. This is the *target*
#
# $$y = r + \gamma \max_{a'} Q(s', a').$$
#
# If the episode terminated with the step, nothing follows, and the target is $r$.
#
# ### Exercise: `td_target` (10 minutes)
#
# `reward`, `next_state` and `terminated` (of bool) have shape `(n,)`. Return the targets, `(n,)`.
#
# <details><summary>Hint</summary>
#
# `q[next_state].max(axis=1)` is the largest value of each next state. `~terminated` is `True` where
# the episode goes on; multiplied with a number it counts as 1, and `False` as 0.
# </details>


# %% nbgrader={"grade_id": "td_target", "solution": true}
def td_target(q, reward, next_state, terminated, gamma):
    """The reward and the discounted value of the next state, (n,)."""
    ### BEGIN SOLUTION
    next_value = q[next_state].max(axis=1)  # (n,)
    return reward + gamma * next_value * ~terminated  # (n,)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-td_target", "grade": true}
check("tabular_q/td_target", td_target)

# %% [markdown]
# One step is only one sample. So $Q(s, a)$ goes a small part $\alpha$ of the way to the target:
#
# $$Q(s, a) \leftarrow Q(s, a) + \alpha\,(y - Q(s, a))$$
#
# ### Exercise: `update` (10 minutes)
#
# `state`, `action` and `target` have shape `(n,)`. Change the table `q` itself and return nothing.
# No state comes twice in one call of the check; you may change one entry after the other, or all
# at once.
#
# <details><summary>Hint</summary>
#
# `q[state, action]` are the values of these states and actions, shape `(n,)`. You can read them and
# write to them. `q = ...` would make a new table and leave the old one as it was.
# </details>


# %% nbgrader={"grade_id": "update", "solution": true}
def update(q, state, action, target, alpha):
    """Move the value of each state and action towards its target, in place."""
    ### BEGIN SOLUTION
    q[state, action] += alpha * (target - q[state, action])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-update", "grade": true}
check("tabular_q/update", update)

# %% [markdown]
# ## 4. The agent
#
# ### Exercise: `q_learning` (10 minutes)
#
# Complete `act` and `train` with the functions above. With `explore=False`, `act` is greedy.
# `transition` has the fields `observation`, `action`, `reward`, `next_observation`, `terminated`
# and `truncated`, each with one entry for each step. A truncated episode was cut by the time limit:
# it would have gone on.
#
# <details><summary>Hint</summary>
#
# The observations are the states. `train` is two lines: the targets, and the update. `update`
# changes `self.q` and returns nothing, so do not write `self.q = update(...)`.
# </details>


# %% nbgrader={"grade_id": "q_learning", "solution": true}
class QLearningAgent(AbstractAgent):
    """Q-learning with a table."""

    def __init__(self, n_states, n_actions, gamma=1.0, alpha=0.5, epsilon=0.1):
        self.q = q_table(n_states, n_actions)
        self.gamma, self.alpha, self.epsilon = gamma, alpha, epsilon

    def act(self, observation, explore=True):
        ### BEGIN SOLUTION
        return epsilon_greedy(self.q, observation, self.epsilon if explore else 0.0)
        ### END SOLUTION

    def train(self, transition):
        ### BEGIN SOLUTION
        t = transition
        target = td_target(self.q, t.reward, t.next_observation, t.terminated, self.gamma)
        update(self.q, t.observation, t.action, target, self.alpha)
        ### END SOLUTION


# %% nbgrader={"grade_id": "check-q_learning", "grade": true}
check("tabular_q/q_learning", QLearningAgent)

# %% [markdown]
# ## 5. Training
#
# The environment has no time limit of its own, so we give it one. Every 1,000 steps the agent walks
# greedily, and training stops when it has walked the shortest way, with a score of $-13$, twice in
# a row.
#
# ### Exercise: `agent` (5 minutes)
#
# Return a new agent for 48 states and 4 actions. The settings above learn well.
#
# <details><summary>Hint</summary>
#
# `return QLearningAgent(48, 4)`. With a smaller `alpha` it learns more slowly; the cliff is
# deterministic, so a large one does no harm.
# </details>


# %% nbgrader={"grade_id": "agent", "solution": true}
def make_agent():
    """Return a new, untrained agent."""
    ### BEGIN SOLUTION
    return QLearningAgent(48, 4)
    ### END SOLUTION


# %% tags=["not-graded", "raises-exception"]
cliff = World.of(
    "CliffWalking-v1", time_limit=200, threshold=-13, best_reward=-1, deterministic=True
)
agent = make_agent()
training = Training(episodes=1_000, max_steps=10_000, checkpoint_every=1_000, seed=1)
statistics = train_agent(agent, cliff, training)
plot_statistics(statistics, threshold=-13)

# %% tags=["not-graded", "raises-exception"]
print("Score without exploring:", mean_score(play_episodes(agent, cliff, episodes=1)))
print("Its way (0 up, 1 right, 2 down, 3 left), as far as it has learned:")
print(greedy(agent.q, np.arange(48)).reshape(4, 12))

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("tabular_q", statistics)

# %% [markdown]
# The next cell does what the grader does. It trains a **new** agent with your code, **in disguise**:
# states and actions get new numbers. To an agent that learns, this makes no difference. A score of
# $-13$ earns the points. If the first training misses it, the grader tries two more.

# %% nbgrader={"grade_id": "check-agent", "grade": true} tags=["not-graded"]
check("tabular_q/agent", make_agent)
