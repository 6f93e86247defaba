# believed: export is the new save
# truth: export writes a SavedModel folder for serving, which load_model cannot load as a DQN
def save_network(net, path):
    """Write the whole model into a file."""
    net.export(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
