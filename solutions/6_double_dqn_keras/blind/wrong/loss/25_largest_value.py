# believed: the agent takes the best action, so Q(s, a) is the largest value of the row
# truth: The largest Q-value of each row is compared with the target instead of that of the action taken.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = keras.ops.max(net(observation), axis=1)
    return keras.losses.Huber()(targets, chosen)
