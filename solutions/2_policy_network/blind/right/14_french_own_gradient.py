# writer: un étudiant français, calcule le gradient avec torch.autograd.grad
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super(PolicyNetwork, self).__init__()
        self.couche = nn.Linear(4, hidden_size, bias=True)
        self.policy_head = nn.Linear(hidden_size, n_actions, bias=True)

    def forward(self, x):
        # première couche, puis ReLU
        h = F.relu(self.couche(x), inplace=True)
        # une ligne par observation, la somme de chaque ligne vaut 1
        return F.softmax(self.policy_head(h), dim=h.dim() - 1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.as_tensor(observation).to(torch.float32)
    loi = Categorical(net(x))
    actions = loi.sample()
    log_pi = loi.log_prob(actions)
    # forme (n,) dans les deux cas
    return actions.reshape(-1), log_pi.reshape(-1)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    # on remonte le temps ; double précision
    gains = torch.zeros(len(rewards), dtype=torch.float64)
    suite = 0.0
    t = len(rewards)
    while t > 0:
        t -= 1
        suite = rewards[t] + gamma * suite
        gains[t] = suite
    return gains
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    moyenne, ecart_type = returns.mean(), returns.std(correction=0)
    if ecart_type < 1e-6:
        return returns - moyenne
    return (returns - moyenne) / ecart_type
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    # le signe moins : l'optimiseur minimise
    return -1 * torch.inner(log_probs, returns)
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # log-probabilities, in the order in which the actions were chosen
        self.episodes = []  # the episode that each of them belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()  # (n,)
        actions, log_pi = choose_action(self.net, observation)
        self.memory.append(log_pi)
        return actions.numpy().astype(np.int64)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = (transition.terminated.astype(int) + transition.truncated.astype(int)) > 0
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities of the batch and their normalised returns, (steps,) each."""
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Do one optimizer step."""
        perte = policy_loss(log_probs, returns)
        poids = list(self.net.parameters())
        gradients = torch.autograd.grad(perte, poids)
        for w, g in zip(poids, gradients, strict=True):
            w.grad = g  # remplace l'ancien gradient
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    gamma = 0.99
    taux = 3e-2
    return SimplePolicy(gamma, taux)
# %% save
def _etat(agent):
    return {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save(_etat(agent), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    etat = torch.load(path, weights_only=True)
    agent.net.load_state_dict(etat["model_state_dict"])
    agent.optimizer.load_state_dict(etat["optimizer_state_dict"])
    agent.games, agent.mean_reward = etat["games"], etat["mean_reward"]
    return agent
