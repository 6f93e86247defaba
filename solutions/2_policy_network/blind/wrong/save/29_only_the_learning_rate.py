# believed: what there is to know about an optimizer is its learning rate
# truth: only the groups of the optimizer (learning rate and so on) are saved, its state is replaced by an empty one, so Adam's averages are lost
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    optimizer = agent.optimizer.state_dict()
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": {"state": {}, "param_groups": optimizer["param_groups"]},
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
    agent.mean_reward = checkpoint["mean_reward"]
