# believed: tau says how much of the target network is kept
# truth: tau and 1 - tau are swapped.
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.copy_(tau * slow + (1 - tau) * fast)
