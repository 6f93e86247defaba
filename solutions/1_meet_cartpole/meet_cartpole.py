# %% [markdown]
# # Meet the cart pole
#
# A cart runs on a rail, and a pole stands on the cart. Push the cart left or right, fifty times a
# second, and keep the pole from falling. Children do it with a broomstick on one finger. In this
# course, programs learn to do it, and you write these programs.
#
# First you meet the cart pole yourself. You will see what an environment is, play with your own
# hands, and turn what you notice into a rule of thumb. At the end you know what a good score is,
# and what a good rule still cannot do.
#
# **What you will learn**
#
# * what an environment, an observation, an action, a reward and an episode are;
# * to write the loop in which every agent of this course lives;
# * why two ends of an episode, *terminated* and *truncated*, are not the same;
# * what a rule of thumb can do, and what it cannot.
#
# **Difficulty**: easy. You need a little Python: functions, loops, `if`. Plan one hour.
#
# You will write a few short functions. Each gap is marked by the two lines `# YOUR CODE HERE` and
# `raise NotImplementedError()`: replace both of them. Below each exercise is a check. It tells you
# at once what is right, and what the likely mistake is.

# %%
# {start}

# %% [markdown]
# ## 1. Is everything installed?
#
# Run the cells from top to bottom, each with Shift+Enter. If this one prints a line with ✗, the
# line also tells you what to do.

# %% tags=["not-graded"]
from helpers import check_setup

ready = check_setup()

# %%
import gymnasium as gym
import numpy as np

from autograder import check
from helpers import (
    AbstractAgent,
    RandomAgent,
    animate,
    few_printed_lines,
    mean_score,
    play_by_keyboard,
    play_episodes,
    play_in_window,
    plot_learning_curve,
    render,
)
from helpers.figures import draw_agent_loop

# %% [markdown]
# ## 2. An environment
#
# The world in which an agent acts is called its *environment*. Gymnasium gives all environments the
# same few methods. `make` creates one by its name. `reset` starts an episode and returns the first
# *observation* (and a dictionary with further information, which is empty here).

# %%
env = gym.make("CartPole-v1", render_mode="rgb_array")
observation, info = env.reset(seed=1)
print("observation:", observation)
print("info:", info)

# %% tags=["not-graded"]
render(env)

# %% [markdown]
# What can the agent see, and what can it do? Each environment answers this with its two *spaces*.

# %%
print("observation space:", env.observation_space)
print("action space:     ", env.action_space)
print("three random actions:", [int(env.action_space.sample()) for _ in range(3)])

# %% [markdown]
# A `Box` holds arrays of numbers. Here there are four of them, each with a smallest and a largest
# value:
#
# | index | quantity | the episode ends beyond |
# |---|---|---|
# | 0 | position of the cart $x$, in m | $\pm 2.4$ |
# | 1 | velocity of the cart $\dot x$, in m/s | – |
# | 2 | angle of the pole $\theta$, in rad, positive to the right | $\pm 0.21$ (12°) |
# | 3 | angular velocity of the pole $\dot\theta$, in rad/s | – |
#
# The bounds printed above, 4.8 and 0.42, are twice as large as those in the table. The last
# observation of an episode lies a little beyond the limit, and it must still fit into the space.
#
# `Discrete(2)` means two actions: `0` pushes the cart to the left, `1` to the right. Now play one
# step: `step` takes an action and returns **five** things.

# %%
observation, reward, terminated, truncated, info = env.step(1)
print("observation:", observation)
print("reward:     ", reward)
print("terminated: ", terminated)
print("truncated:  ", truncated)

# %% [markdown]
# * The **reward** is $+1$ for every step, even for the one in which the pole falls. The sum of the
#   rewards of an episode is its *score*: the number of steps that the pole stayed up.
# * **terminated**: the episode has come to its natural end. The pole leans by more than 12°, or the
#   cart has left the rail.
# * **truncated**: the time is up, after 500 steps. The pole was still standing.
#
# Both end the episode, but they are not the same, and in {unit:dqn} the difference will matter. The
# environment counts as *solved* at a mean score of 475.
#
# ## 3. Acting at random
#
# The simplest agent chooses its actions at random. Watch one of its episodes. It will be short.

# %% tags=["not-graded"]
random_agent = RandomAgent(n_actions=2, seed=1)
animate(random_agent, seed=1)

# %%
baseline = play_episodes(RandomAgent(n_actions=2, seed=1), "CartPole-v1", episodes=100, seed=1)
print(f"The random agent scores {mean_score(baseline):.1f} on average.")

# %% [markdown]
# ## 4. The loop of an episode
#
# Reset the environment. Then look, choose an action, take a step, and repeat this until the episode
# is over. Every agent in this course lives in this loop:

# %% tags=["not-graded"]
draw_agent_loop()

# %% [markdown]
# So it is worth writing it once yourself.
#
# ### Exercise: `play_episode` (10 minutes)
#
# `env` is an environment. `rule` is a function that takes an observation and returns an action.
# Play **one** episode with the rule, from `reset` to the end, and return the score: the sum of all
# rewards. Each call plays a new episode, so give `reset` no fixed seed. Call the rule once a step.
#
# <details><summary>Hint</summary>
#
# Write a `while True:` loop and leave it with `return score` when the episode is over. Two things
# are easy to forget: the rule must always see the *newest* observation, and an episode is over when
# it is `terminated or truncated`.
# </details>


# %% nbgrader={"grade_id": "play_episode", "solution": true}
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
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
# With your loop we can find out how long the pole stays up if nobody balances it. Here are two
# rules that do not even look at the observation:

# %% tags=["not-graded", "raises-exception"]
always_right = [play_episode(env, lambda observation: 1) for _ in range(100)]
by_chance = [play_episode(env, lambda observation: env.action_space.sample()) for _ in range(100)]
print(f"always to the right: {np.mean(always_right):.1f}, at random: {np.mean(by_chance):.1f}")

# %% [markdown]
# Remember these two numbers: less than 10, and about 22. Several times in this course they will
# tell you what has gone wrong.
#
# ## 5. Your turn
#
# Click on the picture, then play with the keys **a** (left) and **d** (right). The arrow keys work,
# too.

# %% tags=["not-graded"]
player = play_by_keyboard("CartPole-v1")
player

# %% [markdown]
# Was it hard? It is not (only) your fault. At a keyboard you have three choices: left, right, or no
# key at all. This environment has only two actions, and "do nothing" is not one of them. In each of
# the fifty steps per second, one of the two must be played. So when you let go of the keys, the
# cart is pushed to the left, as if you had pressed **a**. For a program this is no problem: it can
# push left and right in turn.
#
# So here is a cart pole for humans, `helpers/NoOpCartPole-v0`. It has a third action that does
# nothing (engineers call it a *no-op*, for "no operation"). Its pole is twice as long, so it falls
# more slowly, and it may lean twice as far.

# %% tags=["not-graded"]
no_op_player = play_by_keyboard("helpers/NoOpCartPole-v0")
no_op_player

# %% [markdown]
# And here is a third game, if you want a challenge: a car in a valley, too weak to drive straight
# up the mountain on the right. Each step costs $-1$ until the car reaches the flag. A score above
# $-110$ counts as solved. (You first have to drive away from the goal. This is what makes the game
# hard for programs, too.)

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
# On your own computer you can also play all three games in Gymnasium's own window, with **a** and
# **d**: write `True` below, and the name of the game you like. Esc ends the game. (On Colab and
# other servers no window can open. The cell will tell you.)

# %% tags=["not-graded"]
open_a_window = False
if open_a_window:
    play_in_window("CartPole-v1")  # or "helpers/NoOpCartPole-v0", or "MountainCar-v0"

# %% [markdown]
# ## 6. A rule of thumb
#
# What did your fingers do? Probably something like this: *if the pole leans to the right, go
# right*. Now write it in a way that a computer understands.
#
# ### Exercise: `rule` (10 minutes)
#
# `observation` holds the four numbers from the table above. Return the action: the whole number `0`
# (left) or `1` (right). Your rule should keep the pole up for at least **100 steps on average**.
# The check plays 100 episodes with it, and more if that decides nothing.
#
# Start with something simple and look at the score that the check shows you. Two of the four
# numbers are enough. (Any kind of rule is allowed. It may also remember earlier observations,
# because the check plays one episode after another.)
#
# <details><summary>Hint</summary>
#
# The angle alone gives you about 42 steps. Such a rule pushes until the pole is upright, and by
# then the pole is moving so fast that it falls to the other side. Where will the pole be a moment
# later? Add something of its angular velocity to its angle. And `int(...)` turns a comparison into
# a number.
# </details>


# %% nbgrader={"grade_id": "rule", "solution": true}
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    ### BEGIN SOLUTION
    angle, angular_velocity = observation[2], observation[3]
    return int(angle + angular_velocity > 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-rule", "grade": true}
check("meet_cartpole/rule", rule)

# %% [markdown]
# Let us watch it. The course's tools play *agents*, so the rule must become one: an object with a
# method `act` that gets a whole batch of observations and returns one action for each row. You will
# write such agents from {unit:policy_network} on.
#
# (If your rule remembers earlier observations, it may do worse in the cells below: they play many
# poles in parallel, and your rule sees them all mixed up.)


# %%
class RuleAgent(AbstractAgent):
    """Follows the rule of thumb and learns nothing."""

    def act(self, observation, explore=True):
        return np.array([rule(row) for row in observation])  # (n, 4) to (n,)


# %% tags=["not-graded", "raises-exception"]
animate(RuleAgent(), seed=3)

# %% [markdown]
# ## 7. A rule does not learn
#
# Now let your rule play a hundred episodes, in the loop that you wrote, and plot the scores one
# after the other. In the units to come this picture will be the *learning curve* of an agent.

# %% tags=["not-graded", "raises-exception"]
with few_printed_lines():  # a rule that prints would fill the page
    scores = [play_episode(env, rule) for _ in range(100)]
statistics = [{"score": score, "steps": score} for score in scores]
plot_learning_curve("meet_cartpole", statistics)

# %% [markdown]
# The line is flat. (The blue band shows our own rule, measured thirty times. Yours may lie above or
# below it.) In the last episode the rule is exactly as good as in the first: playing did not make
# it any better. **You** got better: you watched, tried, and found out what matters. The rule is
# only what you wrote down.
#
# And it works only in this one world. The no-op cart pole follows the same physics with a longer
# pole. But there, action `1` means *do nothing*, and *right* is `2`:

# %% tags=["not-graded", "raises-exception"]
here = mean_score(play_episodes(RuleAgent(), "CartPole-v1", seed=1))
there = mean_score(play_episodes(RuleAgent(), "helpers/NoOpCartPole-v0", seed=1))
print(f"The rule scores {here:.0f} on the cart pole and {there:.0f} on the no-op cart pole.")

# %% [markdown]
# Somebody would have to write another rule for it, and a third one for the mountain car. An agent
# that *learns* needs no new code: it finds the rule by itself, from nothing but the reward. In all
# the other units the grader makes use of this: before it trains your agent, it shuffles the numbers
# of the observation and renames the actions. A rule of thumb is lost then. An agent that learns
# does not even notice.
#
# ## 8. With pencil and paper
#
# An episode in another environment had five steps. This is what `step` returned:
#
# | step | reward | terminated | truncated |
# |---|---|---|---|
# | 1 | 2 | False | False |
# | 2 | 1 | False | False |
# | 3 | 3 | False | False |
# | 4 | 1 | False | False |
# | 5 | 4 | True | False |
#
# Three people play it, each with their own loop. Each of them sets `score = 0` before the loop. Only
# the lines after `env.step(...)` differ:
#
# ```python
# # Ada
# score += reward
# if terminated or truncated:
#     return score
#
# # Ben
# if terminated or truncated:
#     return score
# score += reward
#
# # Cem
# score = reward
# if terminated or truncated:
#     return score
# ```
#
# Now to two rules. One looks at the angle alone, and pushes right if `angle > 0`. The other adds the
# angular velocity, and pushes right if `angle + angular_velocity > 0`. Here are six observations:
#
# | row | angle | angular velocity |
# |---|---|---|
# | 0 | 0.05 | -0.30 |
# | 1 | 0.02 | 0.10 |
# | 2 | -0.08 | 0.05 |
# | 3 | -0.03 | 0.40 |
# | 4 | 0.10 | -0.08 |
# | 5 | -0.06 | 0.20 |
#
# ### Exercise: `on_paper` (10 minutes)
#
# Return a dictionary with two keys:
#
# * `"scores"`: the scores that the loops of Ada, Ben and Cem return, in this order. Three numbers.
# * `"disagree"`: the numbers of the rows in which the two rules choose different actions, as a
#   list, such as `[1, 2]`.
#
# <details><summary>Hint</summary>
#
# Ben looks at the flags before he adds. Which reward does he never add? And the two rules disagree
# where the pole leans to one side but swings quickly to the other.
# </details>


# %% nbgrader={"grade_id": "on_paper", "solution": true}
def on_paper():
    """Return the dictionary with your two answers."""
    ### BEGIN SOLUTION
    return {"scores": [11, 7, 4], "disagree": [0, 3, 5]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-on_paper", "grade": true}
check("meet_cartpole/on_paper", on_paper)

# %% [markdown]
# ## 9. What went wrong here?
#
# A colleague wrote this loop and played your rule with it:
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
# These are the scores (measured, with a rule that scores 484 in a correct loop):

# %% tags=["not-graded", "raises-exception"]
plot_learning_curve("meet_cartpole_diagnosis")

# %% [markdown]
# Why are these episodes so short? Find out with a pencil, in a world that is small enough. A cart
# stands on a line of numbers, and its place x is all that there is to observe.
#
# * `reset` puts it at x = 1.
# * Action 1 moves it by +3, action 0 by -2.
# * Each step pays 10 - |x|, where x is the new place.
# * The episode is *terminated* as soon as x is larger than 8, and *truncated* after six steps.
# * The rule is `int(x < 3)`: it pushes to the right as long as x is smaller than 3.
#
# ### Exercise: `diagnosis` (10 minutes)
#
# Play one episode with the colleague's loop, and one with a right loop such as yours. Return a
# dictionary with three keys:
#
# * `"seen"`: what the rule is asked about. First the colleague's three values of x, then the six of
#   the right loop: nine numbers in one list.
# * `"colleague"`: the rewards of the colleague's three steps.
# * `"right"`: the rewards of the right loop's six steps.
#
# <details><summary>Hint</summary>
#
# Write a table with one line for each step: what the rule sees, the action, the new place, the
# reward. In the colleague's loop, look at the name on the left of `env.step`: which name does
# `rule` get?
# </details>


# %% nbgrader={"grade_id": "diagnosis", "solution": true}
def diagnosis():
    """Return the dictionary with your three answers."""
    ### BEGIN SOLUTION
    return {
        "seen": [1, 1, 1, 1, 4, 2, 5, 3, 1],
        "colleague": [6, 3, 0],
        "right": [6, 8, 5, 7, 9, 6],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnosis", "grade": true}
check("meet_cartpole/diagnosis", diagnosis)

# %% [markdown]
# ## 10. In your own words
#
# (5 minutes, graded by hand.) Your rule never gets better by playing. Suppose it contained one
# number that could be tuned, for example the weight of the angular velocity. Describe in a few
# sentences how a program could find a good value for this number by playing, without anybody
# telling it how a pole moves. What would it have to try, what would it have to compare, and what
# would it have to remember?

# %% [markdown] nbgrader={"grade_id": "question-learning", "grade": true, "solution": true, "points": 2}
# The program tries values of the weight, for example 0, 0.5, 1 and 2, or the best one so far plus a
# small random number. With each value it plays many episodes, because the score of one episode depends
# on its start, and it compares the mean scores. It remembers the best value so far with its mean
# score, and replaces it only by a value that scores better.
#
# **Points**
#
# * 1: It tries several values, each in more than one episode, and compares mean scores.
# * 1: It says how a new value is found and what is remembered: the best value so far and its score.

# %% [markdown]
# ## What you can do now
#
# * Make an environment, reset it, step through it, and read what it returns.
# * Write the loop of an episode, and say when an episode is over.
# * Turn what you noticed while playing into a rule, and measure how good it is.
# * Read a curve of scores, and tell from its height what an agent does.
#
# ## Where to go from here
#
# * Gymnasium's own pages about the [cart
#   pole](https://gymnasium.farama.org/environments/classic_control/cart_pole/) and the [mountain
#   car](https://gymnasium.farama.org/environments/classic_control/mountain_car/).
# * A. G. Barto, R. S. Sutton, C. W. Anderson, [Neuronlike adaptive elements that can solve
#   difficult learning control problems](https://doi.org/10.1109/TSMC.1983.6313077), *IEEE
#   Transactions on Systems, Man, and Cybernetics* 13, 1983: the paper that this cart pole comes
#   from.
# * R. S. Sutton, A. G. Barto, [Reinforcement Learning: An
#   Introduction](http://incompleteideas.net/book/the-book-2nd.html), 2nd edition, chapters 1 and 3.
# * In {unit:policy_network}, a program finds the rule by itself.
