# believed: the weights of the layers are what is learned
# truth: the biases never follow
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for name in ("layer1", "layer2", "layer3"):
            getattr(target_net, name).weight.lerp_(getattr(net, name).weight, tau)
