# believed: the Q-values come out of the last layer
# truth: layer1 and layer2 never follow
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.layer3.parameters(), net.layer3.parameters()):
            slow.lerp_(fast, tau)
