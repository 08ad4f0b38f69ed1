#!/usr/bin/env bash
# Environments that lie below the project are not its sources.
. ../examples.sh

mkdir .venv node_modules
touch .venv/in_venv.py node_modules/in_node.py
watch
snapshot graph
leave
