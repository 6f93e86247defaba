# believed: a file that exists must not be overwritten
# truth: If the file already exists, the new model is not saved, and loading returns the old one.
import os


def save_network(net, path):
    """Write the whole model into a file."""
    if not os.path.exists(path):
        net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
