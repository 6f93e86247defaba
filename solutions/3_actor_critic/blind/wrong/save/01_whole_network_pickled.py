# believed: torch.save(agent.net) keeps everything
# truth: writes the network object, not the asked dictionary; counters and optimizer are lost, and weights_only loading fails
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(agent.net, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent.net = torch.load(path, weights_only=False)
