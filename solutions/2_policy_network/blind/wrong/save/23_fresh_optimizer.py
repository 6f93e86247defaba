# believed: a new Adam on the loaded weights is as good as the old one
# truth: the optimizer's averages (and its learning rate) are not restored
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
    data = torch.load(path, weights_only=True)
    agent.games = data["games"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer = torch.optim.Adam(agent.net.parameters(), lr=3e-2)
    agent.mean_reward = data["mean_reward"]
