# believed: the keys of the file are the names of what the agent holds
# truth: load_agent writes the dictionary into the attributes of the agent, so games and mean_reward are right but the network and the optimizer are not loaded
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
    for name, value in checkpoint.items():
        setattr(agent, name, value)
