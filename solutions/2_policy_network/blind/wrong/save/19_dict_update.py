# believed: the keys of the file are the attributes of the agent
# truth: attributes model_state_dict and optimizer_state_dict are created, the network and the optimizer keep their old state
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
    for key, value in torch.load(path, weights_only=True).items():
        setattr(agent, key, value)
