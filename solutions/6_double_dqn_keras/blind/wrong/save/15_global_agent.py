# believed: the network to save is agent.net
# truth: saves the notebook's global agent's network instead of the argument
def save_network(net, path):
    """Write the whole model into a file."""
    agent.net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
