# believed: torch.save(path, object), as np.save does it
# truth: the arguments of torch.save are in the wrong order
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(path, state)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    agent.games = state["games"]
    agent.net.load_state_dict(state["model_state_dict"])
    agent.optimizer.load_state_dict(state["optimizer_state_dict"])
    agent.mean_reward = state["mean_reward"]
