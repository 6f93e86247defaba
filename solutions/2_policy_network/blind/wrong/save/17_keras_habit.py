# believed: networks have save_weights and load_weights
# truth: these methods belong to Keras, a PyTorch module has neither
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    agent.net.save_weights(path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    agent.net.load_weights(path)
