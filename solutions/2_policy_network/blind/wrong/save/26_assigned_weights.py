# believed: assign=True is the faster way of loading
# truth: assign=True puts new parameters into the network, while the optimizer keeps the old ones, so the loaded agent no longer learns
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
    agent.net.load_state_dict(checkpoint["model_state_dict"], assign=True)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
