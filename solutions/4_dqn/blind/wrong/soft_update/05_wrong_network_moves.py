# believed: zip of both networks, then lerp
# truth: the network moves towards the target network, which stays as it is
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for fast, slow in zip(net.parameters(), target_net.parameters()):
            fast.lerp_(slow, tau)
