# believed: a model is its weights, and new_network makes the rest
# truth: Only the weights are stored and they are loaded into a network with two hidden layers and two actions, so any other network cannot be loaded.
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
