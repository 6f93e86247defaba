# believed: the file's ending has to be added
# truth: The ending .keras is added once more, so the file is not at path, although loading with the same function works.
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(f"{path}.keras")


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(f"{path}.keras")
