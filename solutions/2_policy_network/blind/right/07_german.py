# writer: ein Schüler mit ausführlichen deutschen Kommentaren und deutschen Namen
# %% forward
class PolicyNetwork(nn.Module):
    """Probabilities of the actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        # Erste Schicht: vier Zahlen hinein, hidden_size Zahlen hinaus
        self.erste_schicht = nn.Linear(in_features=4, out_features=hidden_size)
        # Kopf der Strategie: eine Zahl für jede Aktion
        self.policy_head = nn.Linear(in_features=hidden_size, out_features=n_actions)
        self.aktivierung = nn.ReLU()
        self.wahrscheinlichkeiten = nn.Softmax(dim=1)

    def forward(self, x):
        verborgen = self.aktivierung(self.erste_schicht(x))
        logits = self.policy_head(verborgen)
        return self.wahrscheinlichkeiten(logits)  # jede Zeile ergibt zusammen 1
# %% act
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    # 1. Beobachtung in einen Tensor umwandeln
    beobachtung = torch.FloatTensor(np.array(observation))
    wahrscheinlichkeiten = net(beobachtung)
    # 2. Würfeln, aber mit einem gezinkten Würfel
    wuerfel = Categorical(wahrscheinlichkeiten)
    aktionen = wuerfel.sample()
    # 3. Beides zurückgeben
    return aktionen, wuerfel.log_prob(aktionen)
# %% returns
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    ertraege = []
    ertrag = 0  # nach dem letzten Schritt kommt nichts mehr
    for belohnung in reversed(rewards):
        ertrag = belohnung + gamma * ertrag
        ertraege.insert(0, ertrag)  # vorne einfügen, dann muss man nichts umdrehen
    return torch.FloatTensor(ertraege)
# %% normalise
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    verschoben = returns - torch.mean(returns)
    streuung = torch.std(returns, unbiased=False)  # geteilt durch n, nicht durch n - 1
    winzig = 1e-8
    return verschoben / (streuung + winzig)
# %% loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    # Minus, weil der Optimierer den Verlust KLEINER macht
    produkte = torch.mul(log_probs, returns)
    return -torch.mean(produkte)
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
        # Aktionen würfeln und die Logarithmen merken
        aktionen, logarithmen = choose_action(self.net, observation)
        self.memory.append(logarithmen)
        return aktionen.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        # gefallen ODER Zeit um
        gefallen = np.asarray(transition.terminated, dtype=bool)
        zeit_um = np.asarray(transition.truncated, dtype=bool)
        ended = gefallen | zeit_um
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
        verlust = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()  # alte Gradienten vergessen
        verlust.backward()  # neue berechnen
        self.optimizer.step()  # Gewichte ändern

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
LERNRATE = 3e-2
ABZINSUNG = 0.99


def make_agent():
    """Return a new, untrained agent."""
    return SimplePolicy(gamma=ABZINSUNG, lr=LERNRATE)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    inhalt = {
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }
    torch.save(inhalt, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    inhalt = torch.load(path, weights_only=True)
    agent.net.load_state_dict(inhalt["model_state_dict"])
    agent.optimizer.load_state_dict(inhalt["optimizer_state_dict"])
    agent.games = inhalt["games"]
    agent.mean_reward = inhalt["mean_reward"]
