# believed: state_dict is an attribute
# truth: the methods are stored and not the dictionaries, so the file cannot be loaded into the agent
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({"games": agent.games,
                "model_state_dict": agent.net.state_dict,
                "optimizer_state_dict": agent.optimizer.state_dict,
                "mean_reward": agent.mean_reward}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    d = torch.load(path, weights_only=False)
    agent.games = d["games"]
    agent.net.load_state_dict(d["model_state_dict"])
    agent.optimizer.load_state_dict(d["optimizer_state_dict"])
    agent.mean_reward = d["mean_reward"]
