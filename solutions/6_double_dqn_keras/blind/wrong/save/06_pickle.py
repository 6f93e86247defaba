# believed: pickle writes any object into a file
# truth: the file is a pickle and not a .keras file with weights and configuration
def save_network(net, path):
    """Write the whole model into a file."""
    import pickle

    with open(path, "wb") as file:
        pickle.dump(net.get_weights(), file)


def load_network(path):
    """Return the model that was written into the file."""
    import pickle

    with open(path, "rb") as file:
        return pickle.load(file)
