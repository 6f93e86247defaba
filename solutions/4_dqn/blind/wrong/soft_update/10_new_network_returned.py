# believed: the function gives back the new target network
# truth: a new network is built and returned, target_net itself stays unchanged
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    import copy

    new = copy.deepcopy(target_net)
    with torch.no_grad():
        for p, slow, fast in zip(new.parameters(), target_net.parameters(), net.parameters()):
            p.copy_(tau * fast + (1 - tau) * slow)
    return new
