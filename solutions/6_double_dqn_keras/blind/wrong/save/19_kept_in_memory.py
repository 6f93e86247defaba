# believed: save_network remembers the network under its path.
# truth: Nothing is written into the file; after a restart of the kernel the network is gone.
_networks = {}


def save_network(net, path):
    """Write the whole model into a file."""
    _networks[path] = net


def load_network(path):
    """Return the model that was written into the file."""
    return _networks[path]
