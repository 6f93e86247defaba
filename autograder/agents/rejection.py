"""Why an agent gets no points although it was trained."""

from __future__ import annotations

from autograder.messages import Message


class AgentRejected(Exception):
    """The agent is not what a unit asks for; the message names the difference."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = Message.of(message)


class InvalidAction(AgentRejected):
    """The agent chose an action that the environment does not have."""


class PolicyIgnoresNetwork(AgentRejected):
    """The agent's actions are not those of its network or table."""


class NotFresh(AgentRejected):
    """A further agent is no new one: it is, or contains, what was trained before."""


class DoesNotLearn(AgentRejected):
    """The agent reached the threshold, but does not learn from its rewards."""

    def __init__(self, message: str, advice: str) -> None:
        """advice: where in an honest agent the reason may be."""
        super().__init__(message)
        self.advice = advice
