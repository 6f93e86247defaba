# believed: the weights of the three layers are what the network has learned
# truth: Only the weights move, the biases of the target network stay where they were.
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    layers = ("layer1", "layer2", "layer3")
    with torch.no_grad():
        for name in layers:
            slow, fast = getattr(target_net, name).weight, getattr(net, name).weight
            slow.lerp_(fast, tau)
