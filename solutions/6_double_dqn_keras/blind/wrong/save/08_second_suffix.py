# believed: the name still needs its ending
# truth: writes path + ".keras", so the file at `path` does not exist
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(f"{path}.keras")


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(f"{path}.keras")
