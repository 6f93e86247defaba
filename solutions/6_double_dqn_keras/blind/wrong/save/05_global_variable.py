# believed: it is fastest to keep the network
# truth: no file is written; the very same network is returned from a dictionary
saved = {}


def save_network(net, path):
    """Write the whole model into a file."""
    saved[path] = net


def load_network(path):
    """Return the model that was written into the file."""
    return saved[path]
