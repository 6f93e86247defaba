# believed: the configuration is all that is needed to build the model again
# truth: Only the configuration is saved, so the loaded network has new random weights.
import json


def save_network(net, path):
    """Write the whole model into a file."""
    config = {"n_actions": net.n_actions, "n_hidden_layers": net.n_hidden_layers}
    with open(path, "w") as file:
        json.dump(config, file)


def load_network(path):
    """Return the model that was written into the file."""
    with open(path) as file:
        net = DQN(**json.load(file))
    net(np.zeros((1, 4), np.float32))
    return net
