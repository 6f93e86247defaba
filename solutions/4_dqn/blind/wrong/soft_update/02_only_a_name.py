# believed: slow is the parameter, so assign to it
# truth: the loop variable gets a new tensor, the target network does not change
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow = tau * fast + (1 - tau) * slow
