"""The student's toolbox: agents, environments, the training loop, pictures."""

from helpers import cartpole, classic_control  # noqa: F401  (register environments)
from helpers.agents import AbstractAgent, RandomAgent, Transition
from helpers.devices import best_device
from helpers.display import animate, record_video, render, show_video, start_headless_display
from helpers.environments import World, make_environments
from helpers.estimates import estimate, estimate_difference
from helpers.experiment import Setting, compare_settings
from helpers.experiment_plots import plot_experiment
from helpers.lettered_curves import plot_lettered_curves
from helpers.model_plot import plot_model
from helpers.player import play_by_keyboard, play_in_window
from helpers.plots import plot_learning_curve, plot_statistics
from helpers.printed import few_printed_lines
from helpers.progress import working_on
from helpers.seeding import seed_everything
from helpers.setup import check_setup
from helpers.training import Training, mean_score, play_episodes, run_episode, train_agent

__all__ = [
    "AbstractAgent",
    "RandomAgent",
    "Setting",
    "Training",
    "Transition",
    "World",
    "animate",
    "best_device",
    "check_setup",
    "compare_settings",
    "estimate",
    "estimate_difference",
    "few_printed_lines",
    "make_environments",
    "mean_score",
    "play_by_keyboard",
    "play_episodes",
    "play_in_window",
    "plot_experiment",
    "plot_learning_curve",
    "plot_lettered_curves",
    "plot_model",
    "plot_statistics",
    "record_video",
    "render",
    "run_episode",
    "seed_everything",
    "show_video",
    "start_headless_display",
    "train_agent",
    "working_on",
]
