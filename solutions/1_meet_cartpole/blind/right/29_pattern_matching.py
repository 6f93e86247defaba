# writer: a Rust/Haskell person: match, iter with a sentinel, accumulate; the rule is a small decision table in degrees
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    state = {"observation": env.reset()[0], "over": False}

    def step():
        if state["over"]:
            return None
        match env.step(rule(state["observation"])):
            case observation, reward, terminated, truncated, _:
                state.update(observation=observation, over=bool(terminated or truncated))
                return reward

    return sum(iter(step, None))
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    _, _, angle, spin = np.degrees(observation)
    match (bool(angle > 0), bool(spin > 0), bool(abs(spin) > 4)):
        case (_, spins_right, True):  # it swings fast: stop the swing
            return int(spins_right)
        case (leans_right, _, False):  # it swings slowly: look at the lean
            return int(leans_right)
