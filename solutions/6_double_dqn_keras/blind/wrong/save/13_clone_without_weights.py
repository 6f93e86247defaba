# believed: load the model and clone it so that it is independent
# truth: clone_model / from_config gives new random weights; the saved ones are lost
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    loaded = keras.models.load_model(path)
    fresh = DQN.from_config(loaded.get_config())
    fresh(np.zeros((1, 4), np.float32))
    return fresh
