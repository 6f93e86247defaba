# believed: the optimizer builds up its averages again by itself
# truth: load_agent makes a fresh Adam instead of loading the optimizer's state, so its moments and its learning rate are lost.
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
    agent.optimizer = torch.optim.Adam(agent.net.parameters(), lr=5e-3)
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
