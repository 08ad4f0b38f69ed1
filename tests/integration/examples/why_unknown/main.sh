#!/usr/bin/env bash
# A name that fits no step, or more than one, is answered with those that may be meant, and exit code 1.
. ../examples.sh

echo one > letter.txt
build
expect_failure() {
    local code=0
    stepup why "$1" 2>> why.txt || code=$?
    ((code == 1))
}
expect_failure leter_copy.txt
expect_failure letter
expect_failure letter.txt
expect_failure "something else"
stepup why archive > /dev/null
stepup why letter_ > /dev/null
