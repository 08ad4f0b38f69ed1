#!/usr/bin/env python3
from stepup.core.api import getenv, run, static

static("${TEXTS}/poem.txt")
run("printenv AUTHOR", env="AUTHOR")
run("LC_ALL=C sort poem.txt", inp="poem.txt", workdir="${TEXTS}")
if getenv("DRAFT", "no") == "yes":
    run("echo this is a draft")
