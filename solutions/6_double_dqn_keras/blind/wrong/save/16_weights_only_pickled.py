# believed: The weights are what was learned, so they are what must be kept.
# truth: Without the configuration a network with another number of hidden layers cannot be loaded: new_network() always has two.
import pickle


def save_network(net, path):
    """Write the whole model into a file."""
    with open(path, "wb") as file:
        pickle.dump(net.get_weights(), file)


def load_network(path):
    """Return the model that was written into the file."""
    net = new_network()
    with open(path, "rb") as file:
        net.set_weights(pickle.load(file))
    return net
