# believed: an attribute can simply be set
# truth: the network and the optimizer are replaced by dictionaries instead of load_state_dict
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    checkpoint = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(checkpoint, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.games = checkpoint["games"]
    agent.net = checkpoint["model_state_dict"]
    agent.optimizer = checkpoint["optimizer_state_dict"]
    agent.mean_reward = checkpoint["mean_reward"]
