# believed: the network has two heads now, so both heads must be saved
# truth: the shared layer is not in model_state_dict and is not restored
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": agent.games,
        "model_state_dict": {
            "policy": agent.net.policy.state_dict(),
            "critic": agent.net.critic.state_dict(),
        },
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    c = torch.load(path, weights_only=True)
    agent.net.policy.load_state_dict(c["model_state_dict"]["policy"])
    agent.net.critic.load_state_dict(c["model_state_dict"]["critic"])
    agent.optimizer.load_state_dict(c["optimizer_state_dict"])
    agent.games = c["games"]
    agent.mean_reward = c["mean_reward"]
