"""Changes global settings: precision of prints, seeds, warnings, deterministic algorithms."""

LAST = """
import random
import warnings
np.set_printoptions(precision=2)
torch.set_printoptions(sci_mode=False)
random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
warnings.filterwarnings("error", category=SyntaxWarning)
"""
