# believed: tuple unpacking is shorter
# truth: games and mean_reward come back in each other's place
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    c = torch.load(path, weights_only=True)
    agent.net.load_state_dict(c["model_state_dict"])
    agent.optimizer.load_state_dict(c["optimizer_state_dict"])
    agent.mean_reward, agent.games = c["games"], c["mean_reward"]
