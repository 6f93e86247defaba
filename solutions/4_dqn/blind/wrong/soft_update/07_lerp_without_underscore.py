# believed: lerp moves the parameter
# truth: lerp returns a new tensor that nobody keeps
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp(fast, tau)
