# believed: go through all modules and all of their parameters
# truth: the network itself is one of its modules, so every parameter is moved twice
def soft_update(target_net, net, tau):
    """Move the target network by the fraction tau towards the network, in place."""
    with torch.no_grad():
        for slow_module, fast_module in zip(target_net.modules(), net.modules()):
            for slow, fast in zip(slow_module.parameters(), fast_module.parameters()):
                slow.lerp_(fast, tau)
