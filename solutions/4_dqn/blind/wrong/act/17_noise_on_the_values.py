# believed: epsilon is the size of the noise
# truth: the probability of a random action is not epsilon and depends on how far the values lie apart
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return (values + epsilon * np.random.randn(n, n_actions)).argmax(axis=1)
