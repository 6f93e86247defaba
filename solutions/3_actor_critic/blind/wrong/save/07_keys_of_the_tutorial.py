# believed: the names of the keys are free, as long as both functions use the same
# truth: the keys are epoch and loss as in PyTorch's tutorial, not games and mean_reward
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "epoch": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "loss": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["epoch"]
    agent.mean_reward = checkpoint["loss"]
