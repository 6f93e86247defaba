"""Figures that explain: drawn by code, with a text for people who cannot see them."""

from helpers.figures.agent_loop import draw_agent_loop
from helpers.figures.believed_values import plot_believed_values
from helpers.figures.five_returns import draw_returns
from helpers.figures.policy_maps import map_states, plot_critic_map, plot_policy_maps
from helpers.figures.ring_buffer import draw_ring_buffer
from helpers.figures.target_network import draw_hard_copies, draw_soft_updates

__all__ = [
    "draw_agent_loop",
    "draw_hard_copies",
    "draw_returns",
    "draw_ring_buffer",
    "draw_soft_updates",
    "map_states",
    "plot_believed_values",
    "plot_critic_map",
    "plot_policy_maps",
]
