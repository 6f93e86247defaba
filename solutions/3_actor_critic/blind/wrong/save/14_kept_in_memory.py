# believed: a dictionary of the checkpoints is enough, the path is its key
# truth: no file is written (and the stored state_dict shares its tensors with the agent that goes on learning)
CHECKPOINTS = {}


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    CHECKPOINTS[path] = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = CHECKPOINTS[path]
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
