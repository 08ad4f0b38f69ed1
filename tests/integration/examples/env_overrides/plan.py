#!/usr/bin/env python3
from stepup.core.api import run

run("GREETING=hi WHO='you' sh -c 'echo $GREETING $WHO > one.txt'", out="one.txt")
run("sh -c 'echo \"$GREETING $WHO\" > two.txt'", out="two.txt", env=["GREETING", "WHO"])
