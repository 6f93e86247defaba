# believed: the difference of both, times tau
# truth: the sign is wrong, the target network moves away from the network
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.add_(slow - fast, alpha=tau)
