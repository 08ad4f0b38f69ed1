#!/usr/bin/env bash
# A planner that waits for what its own step makes is reported, and nothing hangs.
. ../examples.sh

build 16
