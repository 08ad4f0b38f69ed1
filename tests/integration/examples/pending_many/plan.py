#!/usr/bin/env python3
from stepup.core.api import run

for number in range(1, 13):
    run(f"cat in{number}.txt", inp=f"in{number}.txt")
run("cat in11.txt in12.txt", inp=["in11.txt", "in12.txt"])
