# believed: the file is called double_dqn.keras
# truth: the argument path is ignored
def save_network(net, path):
    """Write the whole model into a file."""
    net.save("double_dqn.keras")


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model("double_dqn.keras")
