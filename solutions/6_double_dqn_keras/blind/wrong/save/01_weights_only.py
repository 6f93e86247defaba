# believed: save_weights saves the network
# truth: the weights are saved without the configuration, and load_network cannot build a model from them
def save_network(net, path):
    """Write the whole model into a file."""
    net.save_weights(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
