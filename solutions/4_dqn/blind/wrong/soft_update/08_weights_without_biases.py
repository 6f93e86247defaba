# believed: the network consists of its weights
# truth: the biases never follow
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip((target_net.layer1, target_net.layer2, target_net.layer3), (net.layer1, net.layer2, net.layer3)):
            slow.weight.copy_(tau * fast.weight + (1 - tau) * slow.weight)
