# believed: save_weights and load_weights belong together.
# truth: There is no file at path, only one with the weights beside it, and n_hidden_layers is lost.
def save_network(net, path):
    """Write the whole model into a file."""
    net.save_weights(path.replace(".keras", ".weights.h5"))


def load_network(path):
    """Return the model that was written into the file."""
    net = new_network()
    net.load_weights(path.replace(".keras", ".weights.h5"))
    return net
