# believed: the target keeps tau of itself
# truth: tau and 1 - tau are in each other's place
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.copy_(tau * slow + (1 - tau) * fast)
