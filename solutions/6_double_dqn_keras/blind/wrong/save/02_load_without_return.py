# believed: load_model loads the network
# truth: the loaded model is not returned
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    net = keras.models.load_model(path)
