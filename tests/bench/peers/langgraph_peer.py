"""LangGraph as its documentation has one build an assistant with slots: a StateGraph, messages in the state, a saver.

The model is a stub that costs nothing and is never wrong. A turn is: understand, decide, then one of four
speaking nodes behind a conditional edge; the in-memory saver keeps the thread.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from tests.bench.peers import slots
from tests.bench.script import GOLD


class State(TypedDict):
    """What the graph carries from turn to turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    meaning: dict[str, str]
    slots: dict[str, str]
    reply: str


def understand(state: State) -> dict[str, Any]:
    """The stub in the model's place."""
    return {"meaning": GOLD[str(state["messages"][-1].content)]}


def decide(state: State) -> dict[str, Any]:
    """Fill slots, choose the reply."""
    filled, reply = slots.decide(state.get("slots") or {}, state["meaning"])
    return {"slots": filled, "reply": reply}


def route(state: State) -> str:
    """Which node speaks."""
    reply = state["reply"]
    if reply.startswith("ask_"):
        return "ask"
    return reply if reply in {"offer", "confirm"} else "answer"


def speak(state: State) -> dict[str, Any]:
    """The words of the reply, as a message."""
    return {"messages": [AIMessage(slots.REPLIES[state["reply"]].format_map(state["slots"]))]}


class Assistant:
    """The compiled graph, one for all calls."""

    graph: Any


def setup() -> None:
    """Compile the graph."""
    graph = StateGraph(State)
    graph.add_node("understand", understand)
    graph.add_node("decide", decide)
    speakers = ("ask", "offer", "confirm", "answer")
    for name in speakers:
        graph.add_node(name, speak)
        graph.add_edge(name, END)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "decide")
    graph.add_conditional_edges("decide", route, list(speakers))
    Assistant.graph = graph.compile(checkpointer=InMemorySaver())


def open(number: int) -> dict[str, Any]:
    """A call is a thread of the saver."""
    return {"configurable": {"thread_id": str(number)}}


def turn(call: dict[str, Any], text: str) -> str:
    """One run of the graph."""
    state = Assistant.graph.invoke({"messages": [HumanMessage(text)]}, call)
    return str(state["messages"][-1].content)


def booked(call: dict[str, Any]) -> dict[str, str]:
    """What stands in the thread's last checkpoint."""
    return slots.booking(Assistant.graph.get_state(call).values["slots"])


def close(call: dict[str, Any]) -> None:
    """Forget the thread, as a server must when the caller has hung up."""
    Assistant.graph.checkpointer.delete_thread(call["configurable"]["thread_id"])
