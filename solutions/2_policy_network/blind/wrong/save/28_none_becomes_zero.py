# believed: a mean that does not exist yet is 0
# truth: mean_reward of an agent that has not played yet comes back as 0.0 and not as None, so its running average starts wrongly
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
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"] or 0.0
