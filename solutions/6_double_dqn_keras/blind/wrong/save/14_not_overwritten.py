# believed: never overwrite a file
# truth: if the file exists, nothing is saved and an older network is loaded later
def save_network(net, path):
    """Write the whole model into a file."""
    import os

    if not os.path.exists(path):
        net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
