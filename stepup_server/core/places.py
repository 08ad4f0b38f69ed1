"""The order in which people see the nodes of the graph.

It is not the order of numbers, which depends on which of several planners was faster. At the end of each build, the
nodes that are new get their places, behind those of earlier builds, in the order in which a single worker would have
made them: planners first, then by declaration, each step followed by what it uses, makes and declares. A node keeps its
place as long as it exists. So the order depends on sources and their history, not on jobs, workers or timing.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

from .graph import Graph
from .ids import ROOT, NodeId
from .records import File, Node, Step, Tree
from .states import FileState

__all__ = ("in_order", "place_new_nodes")


def in_order(graph: Graph) -> list[Node]:
    """Return all nodes by their places, and those that have none yet behind them."""
    nodes: list[Node] = [*graph.files.values(), *graph.steps.values(), *graph.trees.values()]
    placed = [node for node in nodes if node.place]
    return [*sorted(placed, key=lambda node: node.place), *_order_of_new(graph)]


def place_new_nodes(graph: Graph) -> tuple[tuple[NodeId, int], ...]:
    """Give new nodes their places; return these."""
    nodes = _order_of_new(graph)
    for node in nodes:
        graph.last_place += 1
        node.place = graph.last_place
    graph.unplaced.clear()
    return tuple((node.id, node.place) for node in nodes)


def _order_of_new(graph: Graph) -> list[Node]:
    """Return the nodes without a place in the order in which a single worker would have made them."""
    nodes = sorted((graph.node(id_) for id_ in graph.unplaced), key=_name)
    order = _Order(graph, _speakers(graph, nodes))
    roots = [node for node in nodes if node.creator in {ROOT, None} and not _is_undeclared(node)]
    order.let_declare()
    for root in sorted(roots, key=lambda node: (node.creator is None, isinstance(node, Step))):
        order.mention(root)
        order.let_declare()
    for node in nodes:
        order.mention(node)
    return list(order.nodes.values())


def _name(node: Node) -> tuple[str, str]:
    """Return what tells two nodes apart."""
    return ("step", node.label) if isinstance(node, Step) else ("", node.path)


def _is_undeclared(node: Node) -> bool:
    """Tell whether a node is only used."""
    return isinstance(node, File) and node.state is FileState.UNDECLARED


def _speakers(graph: Graph, nodes: Iterable[Node]) -> list[Step]:
    """Return the steps with a place that have declared or amended new nodes, in the order of their places."""
    speakers: dict[NodeId, Step] = {}
    for node in nodes:
        owner = graph.creator_step(node)
        near = [owner, *(graph.consumers(node) if isinstance(node, File) else ())]
        for step in (step for step in near if step is not None):
            above = graph.creator_step(step)
            speakers |= {one.id: one for one in (step, above) if one is not None and one.place}
    return sorted(speakers.values(), key=lambda step: step.place)


class _Order:
    """New nodes in the order of their first mention, and the steps whose turn to declare is still to come."""

    def __init__(self, graph: Graph, speakers: Iterable[Step]) -> None:
        self._graph = graph
        self._queue = [(not step.is_planner, step.place, step) for step in speakers]
        heapq.heapify(self._queue)
        self.nodes: dict[NodeId, Node] = {}

    def mention(self, node: Node) -> None:
        """Put a new node in the order, unless it was mentioned before; a step waits for its turn to declare."""
        if not node.place and node.id not in self.nodes:
            self.nodes[node.id] = node
            if isinstance(node, Step):
                heapq.heappush(self._queue, (not node.is_planner, self._graph.last_place + len(self.nodes), node))

    def let_declare(self) -> None:
        """Give each waiting step its turn, planners first: it amends, then declares."""
        while self._queue:
            step = heapq.heappop(self._queue)[2]
            products = self._declared_by(step)
            later = _amended_later(step, products)
            self._mention_files(step, dynamic=True, but=later)
            for product in products:
                if isinstance(product, Step):
                    self._mention_sorted(id_ for id_ in product.inputs if id_ in later)
                self.mention(product)
                if isinstance(product, Step):
                    self._mention_files(product, dynamic=False)

    def _declared_by(self, step: Step) -> list[Node]:
        """Return what a step declared, in that order, with the files that it named although a tree owns them."""
        graph = self._graph
        declared = [graph.node(id_) for id_ in step.products]
        trees = (product for product in declared if isinstance(product, Tree))
        owned = (graph.files[id_] for tree in trees for id_ in tree.files)
        named = [file for file in owned if file.listed]
        return sorted([*declared, *named], key=lambda node: node.position)

    def _mention_files(self, step: Step, *, dynamic: bool, but: Collection[NodeId] = ()) -> None:
        """Mention the files of a step that were declared with it, or amended."""
        for edges in (step.inputs, step.outputs, step.volatiles):
            self._mention_sorted(id_ for id_, amended in edges.items() if amended is dynamic and id_ not in but)

    def _mention_sorted(self, ids: Iterable[NodeId]) -> None:
        """Mention files in the order of their paths."""
        for file in sorted((self._graph.files[id_] for id_ in ids), key=lambda file: file.path):
            self.mention(file)


def _amended_later(step: Step, products: Iterable[Node]) -> set[NodeId]:
    """Return what a step amended only after it had begun to declare.

    That is what it declared static itself, and what it made for steps that it declared then.
    """
    static = {product.id for product in products if isinstance(product, File)}
    used = {id_ for product in products if isinstance(product, Step) for id_ in product.inputs}
    return (static & step.inputs.keys()) | (used & (step.outputs.keys() | step.volatiles.keys()))
