# believed: build a network and load the weights
# truth: works only for two actions and two hidden layers; other networks cannot be loaded
def save_network(net, path):
    """Write the whole model into a file."""
    net.save_weights(str(path).replace(".keras", ".weights.h5"))


def load_network(path):
    """Return the model that was written into the file."""
    net = new_network()
    net.load_weights(str(path).replace(".keras", ".weights.h5"))
    return net
