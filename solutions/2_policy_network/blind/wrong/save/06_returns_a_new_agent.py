# believed: load_agent should return the loaded agent
# truth: a new agent is filled and returned, the given agent stays untouched
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        dict(
            games=agent.games,
            model_state_dict=agent.net.state_dict(),
            optimizer_state_dict=agent.optimizer.state_dict(),
            mean_reward=agent.mean_reward,
        ),
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent = SimplePolicy()
    data = torch.load(path, weights_only=True)
    agent.games = data["games"]
    agent.mean_reward = data["mean_reward"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    return agent
