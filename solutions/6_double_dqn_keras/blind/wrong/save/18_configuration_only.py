# believed: The configuration says how to build the network.
# truth: The weights are not in the file, so the restored network has new random weights.
import json


def save_network(net, path):
    """Write the whole model into a file."""
    with open(path, "w") as file:
        json.dump(net.get_config(), file)


def load_network(path):
    """Return the model that was written into the file."""
    with open(path) as file:
        net = DQN.from_config(json.load(file))
    net(np.zeros((1, 4), np.float32))
    return net
