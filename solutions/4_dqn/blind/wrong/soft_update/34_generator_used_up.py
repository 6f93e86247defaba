# believed: zip of the parameters, twice: first the decay, then the sum
# truth: the generator is used up after the first loop: the target only shrinks
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    pairs = zip(target_net.parameters(), net.parameters())
    with torch.no_grad():
        for slow, fast in pairs:
            slow.mul_(1 - tau)
        for slow, fast in pairs:
            slow.add_(fast, alpha=tau)
