# believed: the function should return the target network
# truth: return stands inside the loop, only the first parameter moves
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp_(fast, tau)
            return target_net
