import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `engine_plans`, which the tests of this folder share
