# writer: German software engineer, type hints, docstrings in German, template method, atomic files
# %% forward
class ActorCriticNetwork(nn.Module):
    """Für jede Beobachtung: Wahrscheinlichkeiten und Wert."""

    BEOBACHTUNG = 4

    def __init__(self, hidden_size: int = 128, n_actions: int = 2) -> None:
        super().__init__()
        self.stamm = nn.ModuleList([nn.Linear(self.BEOBACHTUNG, hidden_size), nn.ReLU(inplace=True)])
        self.policy = self._kopf(hidden_size, n_actions)
        self.critic = self._kopf(hidden_size, 1)

    @staticmethod
    def _kopf(eingang: int, ausgang: int) -> nn.Linear:
        kopf = nn.Linear(eingang, ausgang)
        nn.init.xavier_normal_(kopf.weight)
        return kopf

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        for schicht in self.stamm:
            x = schicht(x)
        (wert,) = self.critic(x).unbind(dim=-1)
        return torch.softmax(self.policy(x), dim=1), wert
# %% act
def choose_action(net: nn.Module, observation: np.ndarray) -> tuple[torch.Tensor, ...]:
    """Eine Aktion je Zeile, ihre Log-Wahrscheinlichkeit und der Wert."""
    zustand = torch.from_numpy(np.ascontiguousarray(observation, dtype=np.float32))
    wahrscheinlich, wert = net(zustand)
    verteilung = Categorical(wahrscheinlich, validate_args=False)
    aktion = verteilung.sample()
    ergebnis = aktion, verteilung.log_prob(aktion), wert
    assert all(teil.shape == (len(observation),) for teil in ergebnis)
    return ergebnis
# %% advantage
def advantage(returns: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Vorteil gegenüber der Erwartung, ohne Gradient."""
    vorteil = returns.detach().clone()
    vorteil -= values.detach()
    return vorteil
# %% losses
def losses(log_probs, advantages, values, returns, *, reduction: str = "mean"):
    """Die Verluste von Akteur und Kritiker."""
    zusammen = getattr(torch, reduction)
    return (
        zusammen(-advantages.detach() * log_probs),
        zusammen(F.smooth_l1_loss(values, returns.detach(), reduction="none")),
    )
# %% first_agent
import logging

class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, amsgrad=True)
        self.gamma = gamma
        self.log = logging.getLogger(type(self).__name__)

    def start_episode(self, observation):
        self._vergessen()

    def _vergessen(self):
        self.log_probs: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []
        self.rewards: list[float] = []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        aktion, log_prob, wert = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        self.values.append(wert)
        return aktion.detach().cpu().numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if np.logical_or(transition.terminated, transition.truncated).all():
            try:
                self._lernen()
            finally:
                self._vergessen()

    def _lernen(self):
        werte = torch.cat(self.values)
        ziele = normalise(discounted_returns(self.rewards, self.gamma))
        akteur, kritiker = losses(torch.cat(self.log_probs), advantage(ziele, werte), werte, ziele)
        self.log.debug("Akteur %.3f, Kritiker %.3f", akteur.item(), kritiker.item())
        self.optimizer.zero_grad()
        akteur.add(kritiker).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 50.0)
        self.optimizer.step()
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, amsgrad=True)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        aktion, log_prob, wert = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=log_prob, value=wert))
        return aktion.detach().cpu().numpy()

    def update(self, log_probs, values, returns):
        """Ein Schritt des Optimierers für beide Verluste."""
        akteur, kritiker = losses(log_probs, advantage(returns, values), values, returns)

        def abschluss():
            self.optimizer.zero_grad()
            summe = akteur + kritiker
            summe.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 50.0)
            return summe

        return float(self.optimizer.step(abschluss))

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent(gamma: float = 0.99, lr: float = 0.03) -> "ACPolicy":
    """Ein neuer, untrainierter Agent."""
    return ACPolicy(gamma, lr)
# %% save
import os
import tempfile


def save_agent(agent, path):
    """Schreibt alles in eine Datei, ganz oder gar nicht."""
    ordner = os.path.dirname(os.path.abspath(path))
    with tempfile.TemporaryDirectory(dir=ordner) as zwischen:
        neu = os.path.join(zwischen, "agent.pt")
        torch.save(
            {
                "games": agent.games,
                "model_state_dict": agent.net.state_dict(),
                "optimizer_state_dict": agent.optimizer.state_dict(),
                "mean_reward": agent.mean_reward,
            },
            neu,
        )
        os.replace(neu, path)


def load_agent(agent, path):
    """Liest die Datei und stellt den Agenten wieder her."""
    with open(path, "rb") as datei:
        inhalt = torch.load(datei, map_location="cpu", weights_only=True)
    agent.net.load_state_dict(inhalt["model_state_dict"])
    agent.optimizer.load_state_dict(inhalt["optimizer_state_dict"])
    agent.games, agent.mean_reward = inhalt["games"], inhalt["mean_reward"]
    return agent
