# writer: metaprogrammer, callable objects, autograd.grad, dataclass memory
# %% forward
def _make(self, hidden_size=128, n_actions=2):
    nn.Module.__init__(self)
    for name, shape in dict(
        body=(4, hidden_size), policy=(hidden_size, n_actions), critic=(hidden_size, 1)
    ).items():
        layer = nn.Linear(*shape)
        nn.init.orthogonal_(layer.weight, gain=0.01 if name == "policy" else 1.0)
        nn.init.zeros_(layer.bias)
        self.add_module(name, layer)


ActorCriticNetwork = type(
    "ActorCriticNetwork",
    (nn.Module,),
    {
        "__init__": _make,
        "features": lambda self, x: torch.relu(self.body(x)),
        "forward": lambda self, x: (
            self.policy(h := self.features(x)).softmax(-1),
            self.critic(h).reshape(x.shape[0]),
        ),
    },
)
# %% act
class _Choose:
    def __call__(self, net, observation, *, sampler=torch.multinomial):
        """An action, its log-probability and the value for each row, (n,) each."""
        probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
        actions = sampler(probs.detach(), 1)
        return actions.squeeze(1), torch.take_along_dim(probs, actions, dim=1).log().squeeze(1), values


choose_action = _Choose()
# %% advantage
class _Advantage(nn.Module):
    def forward(self, returns, values):
        return torch.add(returns, values.detach(), alpha=-1)


advantage = _Advantage()
# %% losses
huber = nn.HuberLoss(delta=1.0)


def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    yes = -torch.dot(advantages.to(log_probs.dtype), log_probs) / len(log_probs)
    return yes, huber(values, returns)
# %% first_agent
from types import SimpleNamespace

class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam([{"params": [p]} for p in self.net.parameters()], lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.episode = SimpleNamespace(log_probs=[], values=[], rewards=[])

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, log_prob, value = choose_action(self.net, observation)
        self.episode.log_probs.append(log_prob)
        self.episode.values.append(value)
        return np.asarray(action)

    def train(self, transition):
        self.episode.rewards.append(float(transition.reward[0]))
        match (bool(transition.terminated[0]), bool(transition.truncated[0])):
            case (True, _) | (_, True):
                self.learn(**vars(self.episode))

    def learn(self, *, log_probs, values, rewards):
        log_probs, values = torch.hstack(log_probs), torch.hstack(values)
        returns = normalise(returns=discounted_returns(rewards=rewards, gamma=self.gamma))
        loss = torch.stack(
            losses(
                log_probs=log_probs,
                advantages=advantage(returns=returns, values=values),
                values=values,
                returns=returns,
            )
        ).sum()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
# %% update
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedAction:
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0)
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
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob, value))
        return action.numpy()

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        both = losses(log_probs, advantage(returns, values), values, returns)
        parameters = list(self.net.parameters())
        gradients = torch.autograd.grad(both, parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        self.optimizer.step()

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
make_agent = partial(ACPolicy, 0.99, lr=0.03)
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    with open(path, "wb") as file:
        torch.save(
            dict(
                games=agent.games,
                model_state_dict={k: v.detach().clone() for k, v in agent.net.state_dict().items()},
                optimizer_state_dict=agent.optimizer.state_dict(),
                mean_reward=agent.mean_reward,
            ),
            file,
        )


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    for part, key in ((agent.net, "model_state_dict"), (agent.optimizer, "optimizer_state_dict")):
        part.load_state_dict(saved[key])
    for name in ("games", "mean_reward"):
        setattr(agent, name, saved[name])
