"""Figures that explain: drawn by code, with a text for people who cannot see them."""

from helpers.figures.agent_loop import draw_agent_loop
from helpers.figures.five_returns import draw_returns
from helpers.figures.policy_maps import map_states, plot_critic_map, plot_policy_maps

__all__ = ["draw_agent_loop", "draw_returns", "map_states", "plot_critic_map", "plot_policy_maps"]
