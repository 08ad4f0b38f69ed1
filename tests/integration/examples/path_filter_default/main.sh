#!/usr/bin/env bash
# Environments that lie below the project are not its sources.
. ../examples.sh

watch
snapshot graph
leave
