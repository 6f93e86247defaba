# believed: DQN() and load_weights of the .keras file
# truth: configuration is ignored: a DQN with default arguments (not yet built) instead of the saved one
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    net = DQN()
    net(np.zeros((1, 4), np.float32))
    net.load_weights(path)
    return net
