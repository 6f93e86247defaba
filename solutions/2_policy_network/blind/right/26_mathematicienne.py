# writer: une mathématicienne: divide and conquer, De Morgan, zero-initialised head, assertions and French comments, gradients forgotten after the step instead of before
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.couche = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)
        # au début, la politique est exactement uniforme
        nn.init.zeros_(self.policy_head.weight)
        nn.init.zeros_(self.policy_head.bias)
        # la composée; les paramètres sont les mêmes, pas des copies
        self.composee = nn.Sequential(self.couche, nn.ReLU(), self.policy_head, nn.Softmax(dim=-1))

    def forward(self, x):
        assert x.shape[-1] == 4, "une observation a quatre nombres"
        return self.composee(x)


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    n = len(observation)
    loi = Categorical(net(torch.tensor(observation, dtype=torch.float32)))
    tirage = loi.sample((1,))[0]  # un seul tirage par ligne
    assert tirage.shape == (n,)
    # par convention, Categorical.logits est déjà normalisé: log pi
    return tirage, loi.logits[range(n), tirage]


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    match list(rewards):
        case []:
            return torch.zeros(0)
        case [reward]:
            return torch.tensor([float(reward)])
        case liste:
            # Diviser pour régner: le retour de t dans la première moitié est ce qu'il y gagne
            # lui-même, plus le retour de la seconde moitié, escompté de la distance m - t.
            m = len(liste) // 2
            gauche = discounted_returns(liste[:m], gamma)
            droite = discounted_returns(liste[m:], gamma)
            distance = torch.arange(m, 0, -1)
            return torch.cat([gauche + float(gamma) ** distance * droite[0], droite])


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    moyenne = returns.mean()
    variance = returns.var(correction=0)
    ecart_type = variance.sqrt()
    return torch.zeros_like(returns) if ecart_type == 0 else (returns - moyenne) / ecart_type


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    # un produit scalaire
    return -(log_probs @ returns.type_as(log_probs))


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
        self.gamma = gamma

    def start_episode(self, observation):
        self.logs, self.gains = [], []

    def act(self, observation, explore=True):
        if explore:
            actions, logs = choose_action(self.net, observation)
            self.logs.append(logs)
            return np.array(actions.tolist())
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)

    def train(self, transition):
        self.gains.append(float(transition.reward[0]))
        continue_encore = not transition.terminated[0] and not transition.truncated[0]
        if continue_encore:
            return
        assert len(self.logs) == len(self.gains)
        G = normalise(discounted_returns(self.gains, self.gamma))
        policy_loss(torch.cat(self.logs), G).backward()
        self.optimizer.step()
        # on oublie les gradients tout de suite: la prochaine fois ils seront vides
        self.optimizer.zero_grad()


# %% update
class SimplePolicy(AbstractAgent):
    """REINFORCE: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0.0)
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
        actions, logs = choose_action(self.net, observation)
        self.memory.append(logs)
        return actions.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = ~(~transition.terminated & ~transition.truncated)  # De Morgan
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
        try:
            policy_loss(log_probs, returns).backward()
            self.optimizer.step()
        finally:
            self.optimizer.zero_grad()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=1 - 1e-2, lr=3 / 100)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    # trié à la main; on garde les trois du milieu
    middles = [(82 + 106 + 111) / 3, (249 + 249 + 334) / 3, (74 + 79 + 131) / 3]
    # trié à la main: combien de scores de l'autre sont plus petits que chacun de 0.3
    #   entraînement: 56.8 -> 0, 88.3 -> 0, 94.6 -> 1, 95.8 -> 1, 144.2 -> 5
    #   glouton contre 0.03 (minimum 212, maximum de 0.3 est 153): aucun
    #   glouton contre 0.003: 59 -> 0, 74 -> 1, 79 -> 1, 131 -> 5, 153 -> 5
    return {"middles": middles, "misled": [7, 0, 12]}


# %% save
import io
from pathlib import Path


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    tampon = io.BytesIO()
    torch.save(
        {
            "games": agent.games,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "mean_reward": agent.mean_reward,
        },
        tampon,
    )
    Path(path).write_bytes(tampon.getvalue())


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    contenu = torch.load(io.BytesIO(Path(path).read_bytes()), weights_only=True)
    agent.net.load_state_dict(contenu["model_state_dict"])
    agent.optimizer.load_state_dict(contenu["optimizer_state_dict"])
    agent.games, agent.mean_reward = contenu["games"], contenu["mean_reward"]
