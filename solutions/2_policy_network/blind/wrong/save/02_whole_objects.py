# believed: torch.save can save the network as it is
# truth: objects and not state dicts are stored, so load_state_dict fails and weights_only=True refuses the file
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net,
            "optimizer_state_dict": agent.optimizer,
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    data = torch.load(path, weights_only=False)
    agent.games = data["games"]
    agent.net = data["model_state_dict"]
    agent.optimizer = data["optimizer_state_dict"]
    agent.mean_reward = data["mean_reward"]
