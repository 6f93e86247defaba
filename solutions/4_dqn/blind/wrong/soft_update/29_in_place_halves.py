# believed: two in-place steps are as good as one formula
# truth: the second factor is applied after the sum: (slow + tau * fast) * (1 - tau)
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.add_(tau * fast).mul_(1 - tau)
