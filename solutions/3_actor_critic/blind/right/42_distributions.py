# writer: torch.distributions fan, functional_call, stop-gradient by a custom autograd function, keyword-only
# %% forward
class Head(nn.Linear):
    """A linear layer that starts small."""

    def reset_parameters(self):
        nn.init.normal_(self.weight, std=0.05)
        nn.init.zeros_(self.bias)


class ActorCriticNetwork(nn.Module):
    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.layers = nn.ModuleDict(dict(hidden=nn.Linear(4, hidden_size), relu=nn.ReLU()))
        self.policy = Head(hidden_size, n_actions)
        self.critic = Head(hidden_size, 1)

    def forward(self, x):
        h = self.layers.relu(self.layers.hidden(x))
        return torch.distributions.Categorical(logits=self.policy(h)).probs, torch.squeeze(self.critic(h), dim=-1)
# %% act
from torch.func import functional_call


def choose_action(net, observation, *, draw=None):
    """An action, its log-probability and the value for each row, (n,) each."""
    x = torch.tensor(np.asarray(observation, dtype="float32"))
    probs, values = functional_call(net, {**dict(net.named_parameters())}, args=(x,))
    pi = torch.distributions.OneHotCategorical(probs=probs)
    one_hot = (draw or pi.sample)()
    return one_hot.argmax(-1), pi.log_prob(one_hot), values
# %% advantage
class _Stop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values):
        ctx.mark_non_differentiable(result := values.clone())
        return result

    @staticmethod
    def backward(ctx, gradient):
        return None


def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - _Stop.apply(values)
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    distance = torch.abs(values - returns)
    near = distance.clamp(max=1.0)
    critic = torch.sum(near.pow(2) / 2 + (distance - near))
    actor = torch.sum(advantages.neg() * log_probs)
    return actor, critic
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.RAdam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs = []
        self.values = []
        self.rewards = []

    def act(self, observation, explore=True):
        match explore:
            case False:
                with torch.inference_mode():
                    probs, _ = self.net(torch.as_tensor(observation))
                    return probs.argmax(dim=-1).numpy()
            case _:
                action, log_prob, value = choose_action(self.net, observation)
                self.log_probs.append(log_prob)
                self.values.append(value)
                return action.numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0]:
            return self.finish()
        if transition.truncated[0]:
            return self.finish()

    def finish(self):
        columns = {"log_probs": torch.cat(self.log_probs), "values": torch.cat(self.values)}
        columns["returns"] = normalise(discounted_returns(self.rewards, gamma=self.gamma))
        columns["advantages"] = advantage(columns["returns"], columns["values"])
        total = torch.stack([*losses(**columns)]).sum()
        self.optimizer.zero_grad()
        total.backward()
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
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.9, 0.99), eps=1e-7)
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
        actor, critic = losses(
            log_probs=log_probs,
            advantages=advantage(returns=returns, values=values),
            values=values,
            returns=returns,
        )
        try:
            (actor + critic).backward()
            self.optimizer.step()
        finally:
            self.optimizer.zero_grad()  # ready for the next batch

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
SETTINGS = dict(gamma=0.99, lr=0.025)


def make_agent(**changes):
    """Return a new, untrained agent."""
    return ACPolicy(**(SETTINGS | changes))
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    content = {"games": int(agent.games), "mean_reward": agent.mean_reward}
    content["model_state_dict"] = dict(agent.net.state_dict())
    content["optimizer_state_dict"] = dict(agent.optimizer.state_dict())
    torch.save(content, path, _use_new_zipfile_serialization=False)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    content = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, parameter in agent.net.named_parameters():
            parameter.copy_(content["model_state_dict"][name])
    agent.optimizer.load_state_dict(content["optimizer_state_dict"])
    agent.games = content["games"]
    agent.mean_reward = content["mean_reward"]
