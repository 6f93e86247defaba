# believed: tau is TAU
# truth: the argument is ignored, always 0.25
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    TAU = 0.25
    target_state = target_net.state_dict()
    for key, value in net.state_dict().items():
        target_state[key] = value * TAU + target_state[key] * (1 - TAU)
    target_net.load_state_dict(target_state)
