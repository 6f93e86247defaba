# %% [markdown]
# # Meet the cart pole
#
# A cart runs on a rail, a pole stands on it. Push the cart, left or right, fifty times a second, and
# keep the pole from falling. Children do it with a broomstick on one finger; in this course programs
# learn it, and you write them.
#
# First you meet the cart pole yourself. You will see what an environment is, play with your own
# hands, and write down what you noticed as a rule of thumb. At the end you know what a good score
# is, and what is missing from a good rule.
#
# Two short functions are to be written. Below each exercise stands a check that tells you at once
# what is right, and what the likely mistake is.

# %%
import sys

if "google.colab" in sys.modules:  # on Colab, get the course first; elsewhere it is installed
    # %pip install --quiet "git+$COURSE_URL"
    pass

# %% [markdown]
# ## 1. Is everything there?
#
# Run the cells from top to bottom, each with Shift+Enter. If this one prints a line with ✗, it also
# says what to do.

# %% tags=["not-graded"]
from helpers import check_setup

ready = check_setup()

# %%
import gymnasium as gym
import numpy as np

from autograder import check, start_unit
from helpers import (
    AbstractAgent,
    RandomAgent,
    animate,
    mean_score,
    play_by_keyboard,
    play_episodes,
    play_in_window,
    plot_learning_curve,
    render,
)

start_unit("meet_cartpole")

# %% [markdown]
# ## 2. An environment
#
# The world in which an agent acts is its *environment*. Gymnasium has made the same few methods a
# standard for all of them. `make` builds one by its name, `reset` begins an episode and returns the
# first *observation* (and a dictionary with further information, empty here).

# %%
env = gym.make("CartPole-v1", render_mode="rgb_array")
observation, info = env.reset(seed=1)
print("observation:", observation)
print("info:", info)

# %% tags=["not-graded"]
render(env)

# %% [markdown]
# What can be seen, and what can be done? Every environment says so itself, by its two *spaces*.

# %%
print("observation space:", env.observation_space)
print("action space:     ", env.action_space)
print("three actions drawn from it:", [int(env.action_space.sample()) for _ in range(3)])

# %% [markdown]
# A `Box` holds arrays of numbers, here four, each with a lowest and a highest value:
#
# | index | quantity | the episode ends beyond |
# |---|---|---|
# | 0 | position of the cart $x$, in m | $\pm 2.4$ |
# | 1 | velocity of the cart $\dot x$, in m/s | – |
# | 2 | angle of the pole $\theta$, in rad, positive to the right | $\pm 0.21$ (12°) |
# | 3 | angular velocity of the pole $\dot\theta$, in rad/s | – |
#
# `Discrete(2)` means two actions: `0` pushes the cart to the left, `1` to the right. And now one
# step: `step` plays an action and returns **five** things.

# %%
observation, reward, terminated, truncated, info = env.step(1)
print("observation:", observation)
print("reward:     ", reward)
print("terminated: ", terminated)
print("truncated:  ", truncated)

# %% [markdown]
# * The **reward** is $+1$ for every step, also for the one in which the pole falls. The sum over an
#   episode is its *score*: how many steps the pole stayed up.
# * **terminated**: the episode has come to an end. The pole leans by more than 12°, or the cart has
#   left the rail.
# * **truncated**: it has not, but time is up, after 500 steps. The pole could have stood on.
#
# Both end the episode, but they are not the same, and in {unit:dqn} the difference will matter. The
# environment counts as *solved* at a mean score of 475.
#
# ## 3. No idea at all
#
# The simplest agent draws its actions. Watch one of its episodes; it will be short.

# %% tags=["not-graded"]
random_agent = RandomAgent(n_actions=2, seed=1)
animate(random_agent, seed=1)

# %%
baseline = play_episodes(RandomAgent(n_actions=2, seed=1), "CartPole-v1", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% [markdown]
# ## 4. The loop of an episode
#
# Reset; then look, act, take the next step, and so on to the end. Every agent of this course lives
# in this loop, so it is worth writing it once by hand.
#
# ### Exercise: `play_episode` (10 minutes)
#
# `env` is an environment, `rule` a function that takes an observation and returns an action. Play
# **one** episode with it, from `reset` to its end, and return the score, the sum of all rewards.
#
# <details><summary>Hint</summary>
#
# A `while True:` loop that you leave with `return score` once the episode is over. Two things are
# easily forgotten: the rule must always see the *newest* observation, and an episode is over when it
# is `terminated or truncated`.
# </details>


# %% nbgrader={"grade_id": "play_episode", "solution": true}
def play_episode(env, rule):
    """The score of one episode in which the rule chooses every action."""
    ### BEGIN SOLUTION
    observation, _ = env.reset()
    score = 0.0
    while True:
        action = rule(observation)
        observation, reward, terminated, truncated, _ = env.step(action)
        score += reward
        if terminated or truncated:
            return score
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-play_episode", "grade": true}
check("meet_cartpole/play_episode", play_episode)

# %% [markdown]
# With your loop we can ask how long the pole stands if nobody balances it. Two rules that do not
# even look:

# %% tags=["not-graded", "raises-exception"]
always_right = [play_episode(env, lambda observation: 1) for _ in range(100)]
by_chance = [play_episode(env, lambda observation: env.action_space.sample()) for _ in range(100)]
print(f"always to the right: {np.mean(always_right):.1f}, by chance: {np.mean(by_chance):.1f}")

# %% [markdown]
# Keep these two numbers in mind: less than 10, and about 22. They will tell you more than once in
# this course what has gone wrong.
#
# ## 5. Your turn
#
# Click on the picture, then play with the keys **a** (left) and **d** (right).

# %% tags=["not-graded"]
player = play_by_keyboard("CartPole-v1")
player

# %% [markdown]
# Difficult? It is not (only) you. A human at a keyboard has three choices: left, right, or no key at
# all. This environment has two. There is no "do nothing" among its actions, and in each of the fifty
# steps a second one of them must be played; so when you let go of the keys, the cart is pushed to
# the left, as if you had pressed **a**. For a program that is no disadvantage: it pushes left and
# right in turn.
#
# So here is a cart pole for humans, the `helpers/NoOpCartPole-v0`, with a third action that does
# nothing (an engineer's *no operation*, no-op). Its pole is twice as long, which makes it fall more
# slowly, and may lean twice as far.

# %% tags=["not-graded"]
no_op_player = play_by_keyboard("helpers/NoOpCartPole-v0")
no_op_player

# %% [markdown]
# And a third one, for the ambitious: a car in a valley, too weak to drive up the mountain on the
# right. It costs $-1$ for each step until it is at the flag; a score above $-110$ counts as solved.
# (One has to drive away from the goal first. That is what makes this one hard for programs, too.)

# %% tags=["not-graded"]
mountain_player = play_by_keyboard("MountainCar-v0")
mountain_player

# %% tags=["not-graded"]
for name, played in (
    ("cart pole", player),
    ("no-op cart pole", no_op_player),
    ("mountain car", mountain_player),
):
    print(f"{name:>16}: best score {played.best_score}, {len(played.scores)} episodes")

# %% [markdown]
# On your own computer you can also play all three in a window of Gymnasium's own: write `True`, and
# the name of the one you like. Esc ends the game. (On Colab and other servers no window can open. The
# cell says so.)

# %% tags=["not-graded"]
open_a_window = False
if open_a_window:
    play_in_window("CartPole-v1")  # or "helpers/NoOpCartPole-v0", or "MountainCar-v0"

# %% [markdown]
# ## 6. A rule of thumb
#
# What did your fingers do? Probably something like: *if the pole leans to the right, go right*. Put
# it into words that a computer understands.
#
# ### Exercise: `rule` (10 minutes)
#
# `observation` holds the four numbers from the table above. Return the action, the whole number `0`
# (left) or `1` (right). Your rule should keep the pole up for at least **100 steps on average**; the
# check plays 100 episodes with it.
#
# Begin simple and look at the score that the check tells you. It is a good rule of thumb for rules
# of thumb to use not more than two of the four numbers.
#
# <details><summary>Hint</summary>
#
# The angle alone gets about 42 steps: such a rule pushes until the pole is upright, and then it has
# so much swing that it falls to the other side. Where will the pole be in a moment? Its angle now
# plus something of its angular velocity. And `int(...)` makes a number of a comparison.
# </details>


# %% nbgrader={"grade_id": "rule", "solution": true}
def rule(observation):
    """The action, 0 or 1, for an observation of four numbers."""
    ### BEGIN SOLUTION
    angle, angular_velocity = observation[2], observation[3]
    return int(angle + angular_velocity > 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-rule", "grade": true}
check("meet_cartpole/rule", rule)

# %% [markdown]
# Let us watch it. To be played by the course's tools, the rule becomes an *agent*: something with a
# method `act` that answers a whole batch of observations, one action for each row. You will write
# such agents from {unit:policy_network} on.


# %%
class RuleAgent(AbstractAgent):
    """Plays by the rule of thumb, and learns nothing."""

    def act(self, observation, explore=True):
        return np.array([rule(row) for row in observation])  # (n, 4) to (n,)


# %% tags=["not-graded", "raises-exception"]
animate(RuleAgent(), seed=3)

# %% [markdown]
# ## 7. A rule is not learning
#
# Now let the rule play a hundred episodes, in the loop that you wrote, and draw the scores one after
# the other. In the units to come this picture will be the *learning curve* of an agent.

# %% tags=["not-graded", "raises-exception"]
scores = [play_episode(env, rule) for _ in range(100)]
statistics = [{"score": score, "steps": score} for score in scores]
plot_learning_curve("meet_cartpole", statistics)

# %% [markdown]
# A flat line. (The blue band is the reference's rule, measured thirty times; yours may lie above or
# below.) In the hundredth episode the rule is exactly as good as in the first, for it did not get any
# better by playing. **You** did: you watched, tried, and found out what matters. The rule is
# only what you wrote down.
#
# And it holds for this one world. The no-op cart pole is the same physics with a longer pole, but
# its action `1` means *nothing*, and *right* is `2`:

# %% tags=["not-graded", "raises-exception"]
here = mean_score(play_episodes(RuleAgent(), "CartPole-v1", seed=1))
there = mean_score(play_episodes(RuleAgent(), "helpers/NoOpCartPole-v0", seed=1))
print(f"The rule scores {here:.0f} on the cart pole and {there:.0f} on the no-op cart pole.")

# %% [markdown]
# Somebody would have to sit down and write another rule, and for the mountain car a third one. An
# agent that *learns* needs no new line: it finds the rule by itself, from nothing but the reward. In
# all the other units the grader makes use of this: there it swaps the numbers of the observation
# and the actions before it trains your agent. A rule of thumb is lost then. A learner does not even
# notice.
#
# ## 8. What went wrong here?
#
# A colleague wrote this loop, and played your rule with it:
#
# ```python
# def play_episode(env, rule):
#     observation, info = env.reset()
#     score, over = 0, False
#     while not over:
#         next_observation, reward, terminated, truncated, info = env.step(rule(observation))
#         score += reward
#         over = terminated or truncated
#     return score
# ```
#
# These are the scores (measured, with a rule that gets 484 in a right loop):

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("meet_cartpole_diagnosis")

# %% [markdown]
# ### Exercise: `diagnosis` (5 minutes)
#
# Which explanation fits the loop *and* the curve? Return its letter.
#
# * **a**: The environment is not reset, so that every episode begins where the last one ended.
# * **b**: The rule is asked about the same observation again and again, so it always pushes to the
#   same side.
# * **c**: The last reward is not counted, so every score is one too small.
# * **d**: The rule's answer is ignored; the actions are drawn by chance.
#
# <details><summary>Hint</summary>
#
# Compare the height of the curve with the two numbers that you were to keep in mind.
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """The letter of the explanation that fits."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("meet_cartpole/diagnosis", diagnosis)

# %% [markdown]
# ## 9. In your own words
#
# (5 minutes, graded by hand.) Your rule never gets better by playing. Suppose it has one number in
# it that could be tuned, like the weight of the angular velocity. Describe in a few sentences how a
# program could find a good value for it by playing, without anybody telling it how a pole moves.
# What would it have to try, what to compare, and what to remember?

# %% [markdown] nbgrader={"grade_id": "question-learning", "grade": true, "solution": true, "points": 2}
# *Your answer here.*

# %% [markdown]
# ## Where to go from here
#
# * Gymnasium's own pages about the [cart
#   pole](https://gymnasium.farama.org/environments/classic_control/cart_pole/) and the [mountain
#   car](https://gymnasium.farama.org/environments/classic_control/mountain_car/).
# * A. G. Barto, R. S. Sutton, C. W. Anderson, [Neuronlike adaptive elements that can solve difficult
#   learning control problems](https://doi.org/10.1109/TSMC.1983.6313077), *IEEE Transactions on
#   Systems, Man, and Cybernetics* 13, 1983: where this cart pole comes from.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, chapters 1 and 3.
# * In {unit:policy_network}, a program finds the rule by itself.
