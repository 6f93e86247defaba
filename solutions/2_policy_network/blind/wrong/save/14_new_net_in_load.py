# believed: a fresh network should be filled with the weights
# truth: agent.net is replaced, but the optimizer still holds the parameters of the old network, so training after loading changes nothing
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
    data = torch.load(path, weights_only=True)
    net = PolicyNetwork()
    net.load_state_dict(data["model_state_dict"])
    agent.net = net
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    agent.games = data["games"]
    agent.mean_reward = data["mean_reward"]
