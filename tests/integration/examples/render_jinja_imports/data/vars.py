from lib import name
from path import Path

path = Path("x.txt")
