# believed: torch.save(net.state_dict(), path)
# truth: PyTorch code; the network is a Keras model
def save_network(net, path):
    """Write the whole model into a file."""
    import torch

    torch.save(net.state_dict(), path)


def load_network(path):
    """Return the model that was written into the file."""
    import torch

    net = DQN()
    net.load_state_dict(torch.load(path))
    return net
