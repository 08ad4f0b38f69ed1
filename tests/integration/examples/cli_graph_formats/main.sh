#!/bin/bash
# The graph comes as text, in the DOT language and for Mermaid, while a director is there and afterwards.
. ../examples.sh

watch
stepup graph --mermaid current_graph
mkdir -p pictures
(cd pictures && STEPUP_ROOT=.. stepup graph pictures/current_graph)
leave
cmp current_graph.txt pictures/current_graph.txt
cmp current_graph_dependency.dot pictures/current_graph_dependency.dot
[[ ! -e pictures/current_graph.mmd ]]
stepup graph --mermaid later > /dev/null
cmp later.mmd current_graph.mmd
cmp later_provenance.dot current_graph_provenance.dot
