# believed: inference_mode is the newer and faster no_grad
# truth: inference tensors cannot be saved for backward, so the actor's loss made with these advantages raises an error
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.inference_mode():
        return returns - values
