# believed: pickle is the general way to write a dictionary
# truth: the file is written with pickle and not with torch.save, torch.load(weights_only=True) cannot read it
import pickle


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    with open(path, "wb") as file:
        pickle.dump(
            {
                "games": agent.games,
                "model_state_dict": agent.net.state_dict(),
                "optimizer_state_dict": agent.optimizer.state_dict(),
                "mean_reward": agent.mean_reward,
            },
            file,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    with open(path, "rb") as file:
        data = pickle.load(file)
    agent.games = data["games"]
    agent.net.load_state_dict(data["model_state_dict"])
    agent.optimizer.load_state_dict(data["optimizer_state_dict"])
    agent.mean_reward = data["mean_reward"]
