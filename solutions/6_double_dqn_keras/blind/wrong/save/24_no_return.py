# believed: load_model loads the model, and that is all
# truth: load_network returns nothing.
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    net = keras.models.load_model(path)
