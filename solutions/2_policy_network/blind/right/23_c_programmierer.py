# writer: an old C programmer from Germany: indices, while loops, preallocated tensors, in-place operations, flags, German comments
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.eingang = nn.Linear(in_features=4, out_features=hidden_size, bias=True)
        self.policy_head = nn.Linear(in_features=hidden_size, out_features=n_actions, bias=True)

    def forward(self, x):
        h = self.eingang(x)
        h.relu_()  # an Ort und Stelle, spart Speicher
        z = self.policy_head(h)
        # Maximum abziehen, damit exp nicht überläuft (ändert das Ergebnis nicht)
        z = z - z.detach().max(dim=-1, keepdim=True).values
        e = torch.exp(z)
        return e / e.sum(dim=-1, keepdim=True)


# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    zeilen = observation.shape[0]
    eingabe = torch.empty((zeilen, 4), dtype=torch.float32)
    i = 0
    while i < zeilen:
        eingabe[i] = torch.as_tensor(observation[i], dtype=torch.float32)
        i += 1
    verteilung = Categorical(net(eingabe))
    aktionen = verteilung.sample()
    log_probs = verteilung.log_prob(aktionen)
    return aktionen, log_probs


# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    n = len(rewards)
    ergebnis = torch.zeros(n)
    summe = 0.0
    i = n - 1
    while i >= 0:
        summe *= gamma
        summe += rewards[i]
        ergebnis[i] = summe
        i -= 1
    return ergebnis


# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    kopie = returns.clone()  # die Eingabe bleibt, wie sie ist
    kopie -= kopie.mean()
    streuung = (kopie**2).mean() ** 0.5
    if streuung > 0:
        kopie /= streuung
    return kopie


# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    verlust = torch.zeros(())
    # unbind einmal statt log_probs[i] jedes Mal: sonst ist backward quadratisch
    for log_prob, ertrag in zip(log_probs.unbind(), returns.tolist()):
        verlust = verlust - ertrag * log_prob
    return verlust / log_probs.shape[0]


# %% first_agent
class FirstPolicy(AbstractAgent):
    """REINFORCE in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = list()
        self.belohnungen = list()
        self.schritt = 0

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()  # (n,)
        ergebnis = choose_action(self.net, observation)
        self.log_probs.append(ergebnis[1])
        aktion = np.empty(1, dtype=np.int64)
        aktion[0] = int(ergebnis[0][0])
        return aktion

    def train(self, transition):
        self.belohnungen.append(float(transition.reward[0]))
        self.schritt += 1
        fertig = 0
        if transition.terminated[0]:
            fertig = 1
        if transition.truncated[0]:
            fertig = 1
        if fertig == 0:
            return
        assert self.schritt == len(self.log_probs) == len(self.belohnungen)
        ertraege = discounted_returns(self.belohnungen, self.gamma)
        ertraege = normalise(ertraege)
        alle = torch.cat(self.log_probs)
        verlust = policy_loss(alle, ertraege)
        # alte Gradienten von Hand löschen
        for p in self.net.parameters():
            if p.grad is not None:
                p.grad.zero_()
        verlust.backward()
        self.optimizer.step()


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
        aktionen, log_probs = choose_action(self.net, observation)
        self.memory.append(log_probs)
        return aktionen.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        # Schleife über die noch laufenden Episoden
        ended = np.zeros(len(transition.episode), dtype=bool)
        for i in range(len(ended)):
            if transition.terminated[i] or transition.truncated[i]:
                ended[i] = True
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
        self.optimizer.zero_grad()
        verlust = policy_loss(log_probs, returns)
        verlust.backward()
        self.optimizer.step()
        return None

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
LERNRATE = 3e-2
GAMMA = 0.99


def make_agent():
    """Return a new, untrained agent."""
    agent = SimplePolicy(GAMMA, LERNRATE)
    return agent


# %% experiment
def mitte(zahlen):
    """Mittelwert ohne den größten und den kleinsten Wert."""
    return (sum(zahlen) - min(zahlen) - max(zahlen)) / (len(zahlen) - 2)


def siege(a, b):
    zaehler = 0
    for x in a:
        for y in b:
            if x > y:
                zaehler += 1
    return zaehler


def experiment():
    """Return the dictionary with your two answers."""
    g_klein = [111, 82, 116, 106, 59]
    g_unser = [334, 460, 249, 212, 249]
    g_gross = [59, 74, 131, 153, 79]
    t_unser = [98.2, 113.6, 135.8, 94.1, 98.6]
    t_gross = [88.3, 95.8, 144.2, 94.6, 56.8]
    antwort = {}
    antwort["middles"] = [mitte(g_klein), mitte(g_unser), mitte(g_gross)]
    antwort["misled"] = [siege(t_gross, t_unser), siege(g_gross, g_unser), siege(g_gross, g_klein)]
    return antwort


# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    inhalt = {}
    inhalt["games"] = agent.games
    inhalt["model_state_dict"] = agent.net.state_dict()
    inhalt["optimizer_state_dict"] = agent.optimizer.state_dict()
    inhalt["mean_reward"] = agent.mean_reward
    torch.save(inhalt, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    inhalt = torch.load(path, map_location="cpu", weights_only=True)
    agent.games = inhalt["games"]
    agent.mean_reward = inhalt["mean_reward"]
    agent.net.load_state_dict(inhalt["model_state_dict"])
    agent.optimizer.load_state_dict(inhalt["optimizer_state_dict"])
