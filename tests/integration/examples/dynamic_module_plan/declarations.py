from stepup.core.api import run


def declare():
    run("touch one.txt", out="one.txt")
