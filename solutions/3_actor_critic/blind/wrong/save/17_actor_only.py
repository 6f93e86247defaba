# believed: to play, the agent needs its actor only
# truth: the critic is not in the file, and strict=False hides it
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": {k: v for k, v in agent.net.state_dict().items() if not k.startswith("critic")},
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=True)
    agent.games = data["games"]
    agent.net.load_state_dict(data["model_state_dict"], strict=False)
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    agent.mean_reward = data["mean_reward"]
