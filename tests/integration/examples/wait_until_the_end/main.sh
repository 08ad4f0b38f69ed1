#!/usr/bin/env bash
# Who waits for a change that never comes is set free when StepUp ends.
. ../examples.sh

echo one > a.txt
watch
stepup wait -d b.txt &
waiting=$!
sleep 0.5
stepup shutdown
wait $waiting
finish
