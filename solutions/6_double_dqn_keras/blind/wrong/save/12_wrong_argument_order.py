# believed: save_model(path, net)
# truth: the arguments are exchanged, keras.saving.save_model wants the model first
def save_network(net, path):
    """Write the whole model into a file."""
    keras.saving.save_model(path, net)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.saving.load_model(path)
