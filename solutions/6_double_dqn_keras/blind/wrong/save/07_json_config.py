# believed: to_json writes the whole model
# truth: only the configuration is saved, the loaded model has new random weights
def save_network(net, path):
    """Write the whole model into a file."""
    with open(path, "w") as file:
        file.write(net.to_json())


def load_network(path):
    """Return the model that was written into the file."""
    with open(path) as file:
        net = keras.models.model_from_json(file.read())
    net(np.zeros((1, 4), np.float32))
    return net
