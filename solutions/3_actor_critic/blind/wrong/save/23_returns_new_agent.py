# believed: load_agent returns the restored agent
# truth: load_agent fills and returns a new agent, and the agent it was given stays as it was.
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    restored = ACPolicy()
    restored.net.load_state_dict(checkpoint["model_state_dict"])
    restored.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    restored.games = checkpoint["games"]
    restored.mean_reward = checkpoint["mean_reward"]
    return restored
