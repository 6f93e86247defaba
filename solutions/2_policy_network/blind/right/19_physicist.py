# writer: una física, comentarios en español, einsum y notación del texto
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.W1b1 = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)  # W2, b2

    def forward(self, s):
        # pi(.|s) = softmax(W2 ReLU(W1 s + b1) + b2), con beta = 1
        energia = -self.policy_head(torch.maximum(self.W1b1(s), torch.zeros(1)))
        return F.softmin(energia, dim=-1)
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    s = torch.as_tensor(observation, dtype=torch.float32)
    pi = net(s)
    a = Categorical(pi).sample()
    # la función de onda se ha colapsado
    delta = torch.eye(pi.shape[-1])[a]
    return a, torch.einsum("na,na->n", delta, pi).log()
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = torch.as_tensor(np.array(rewards, dtype=np.float64))
    T = len(r)
    # matriz triangular superior: M[t, k] = gamma^(k - t)
    exponente = (torch.arange(T)[None, :] - torch.arange(T)[:, None]).clamp(min=0).double()
    M = torch.triu(gamma**exponente)
    return torch.einsum("tk,k->t", M, r).float()
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    sigma = returns.std(correction=0)
    return torch.nan_to_num((returns - returns.mean()) / sigma, nan=0.0, posinf=0.0, neginf=0.0)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    G = returns
    J = torch.tensordot(G, log_probs, dims=1)
    L = -J
    return L
# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.99), amsgrad=True)
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
        a, log_pi = choose_action(self.net, observation)
        self.memory.append(log_pi)
        return a.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        # terminado O truncado
        ended = np.where(transition.terminated, True, transition.truncated)
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
        L = policy_loss(log_probs, returns) / len(returns)
        self.optimizer.zero_grad()
        L.backward()
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
    return SimplePolicy(gamma=0.99, lr=3e-2)
# %% save
from copy import deepcopy


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    estado = deepcopy(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        }
    )
    torch.save(estado, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    estado = torch.load(path, map_location=torch.device("cpu"), weights_only=True)
    agent.games, agent.mean_reward = estado["games"], estado["mean_reward"]
    for objeto, clave in ((agent.net, "model"), (agent.optimizer, "optimizer")):
        objeto.load_state_dict(estado[clave + "_state_dict"])
