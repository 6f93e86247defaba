# believed: a fresh network takes the saved weights best
# truth: load_agent puts a new network into the agent, while the optimizer still holds the weights of the old one, so the loaded agent plays well but no longer learns
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
    net = PolicyNetwork()
    net.load_state_dict(checkpoint["model_state_dict"])
    agent.net = net
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
