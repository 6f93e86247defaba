# believed: changing the entries of state_dict changes the network
# truth: the entries of the dictionary are replaced by new tensors and never loaded
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    target_state = target_net.state_dict()
    net_state = net.state_dict()
    for key in net_state:
        target_state[key] = net_state[key] * tau + target_state[key] * (1 - tau)
