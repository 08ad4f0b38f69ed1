#!/usr/bin/env bash
# Arguments arrive in the types of the hints: paths, dataclasses, enumerations, dates, tuples.
. ../examples.sh

build
