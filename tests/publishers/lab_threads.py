"""A Threads account on a stand-in server, for the contract suite."""

from __future__ import annotations

from publishers.graph.threads import ThreadsPublisher
from tests.publishers.lab_instagram import ContainerLab


class ThreadsLab(ContainerLab):
    kind = ThreadsPublisher
    deviations = {
        "lenient": "the words go into the container: a test of the adapter has its refusal",
        "row * 506": "where it was not published, it is refused for good",
    }
