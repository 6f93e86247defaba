# believed: state_dict is the network, so write into it
# truth: the dictionary gets new tensors but is never loaded: nothing moves
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    state = target_net.state_dict()
    for name, fast in net.state_dict().items():
        state[name] = tau * fast + (1 - tau) * state[name]
