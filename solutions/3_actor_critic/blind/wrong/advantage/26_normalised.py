# believed: advantages are always normalised to mean 0 and standard deviation 1, as in PPO
# truth: The advantages are shifted to mean 0 and divided by their standard deviation, which the formula does not contain.
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    advantages = returns - values.detach()
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)
