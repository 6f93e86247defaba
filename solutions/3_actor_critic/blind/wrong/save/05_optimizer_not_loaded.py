# believed: saving the optimizer is enough, it is for documentation
# truth: Adam's moments (and learning rate) are not put back into the agent
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    state = dict(
        games=agent.games,
        model_state_dict=agent.net.state_dict(),
        optimizer_state_dict=agent.optimizer.state_dict(),
        mean_reward=agent.mean_reward,
    )
    torch.save(state, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    state = torch.load(path, weights_only=True)
    agent.net.load_state_dict(state["model_state_dict"])
    agent.games = state["games"]
    agent.mean_reward = state["mean_reward"]
