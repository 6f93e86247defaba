# believed: mean_reward is always a number
# truth: it is None until the first episode has ended, so float(None) fails for an untrained agent
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "games": int(agent.games),
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": float(agent.mean_reward),
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=True)
    agent.games = data["games"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    agent.mean_reward = data["mean_reward"]
