# believed: the network has two heads now, so both heads are saved
# truth: Only the two heads are saved and loaded (strict=False), the shared layer keeps the weights it had.
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    weights = agent.net.state_dict()
    heads = {key: weights[key] for key in weights if key.startswith(("policy", "critic"))}
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": heads,
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"], strict=False)
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
