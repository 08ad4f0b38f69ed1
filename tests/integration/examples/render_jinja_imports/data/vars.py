import sys

sys.path.insert(0, "data")

from lib import name
from path import Path

path = Path("x.txt")
