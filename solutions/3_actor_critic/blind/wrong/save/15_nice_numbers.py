# believed: two digits are enough for a mean score
# truth: mean_reward is rounded in the file, so the agent does not continue with what it had (and None raises an error)
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": int(agent.games),
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": round(float(agent.mean_reward), 2),
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
