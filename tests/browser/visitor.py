"""A visitor without a browser: the server's own protocol, asked as the page in a browser asks.

Websocket and protobuf. It keeps the states of the widgets it has used, runs the fragments that the
server wants run again and again, and remembers large messages by their hash, as the page does.
"""

import asyncio
import re
import time
import urllib.request
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PLAYER = "xor_player"
SEED_BOX = "Seed of the weights"
KEPT_MESSAGES = 40
HEAD = 3000  # characters of a player's data in which everything but the numbers stands
STREAMING = re.compile(r'"streaming": (true|false)')


@dataclass
class Seen:
    """What came since the visitor asked for something last."""

    asked_at: float
    player_at: float | None = None  # the first data of the run asked for
    whole_at: float | None = None  # all of it
    finished_at: float | None = None  # the script's end
    errors: list[str] = field(default_factory=list)
    received: int = 0  # bytes

    def seconds(self, at: float | None) -> float:
        """Return how long it took, infinity where it never came."""
        return float("inf") if at is None else at - self.asked_at


def seed_of(number: int) -> str:
    """Return what the key of a lane says of a run from this seed."""
    return f"'init_seed': '{number}'"


class Visitor:
    """One open page."""

    def __init__(self, address: str, page: str, query: str) -> None:
        """Prepare; ``arrive`` opens the page."""
        self.address, self.page, self.query = address, page, query
        self.wanted = ""  # stands in the key of the lane that is waited for
        self.seen = Seen(time.monotonic())
        self.session = ""
        self.cookie = ""  # that leads back to one of several processes
        self.shows = ""  # the hash of the page, as the server told it
        self.pages: dict[str, str] = {}  # name of a page -> its hash
        self.runs_of: list[tuple[str, list[str]]] = []  # each run's page and fragments
        self.boxes: dict[str, str] = {}  # label of a number's box -> id of its widget
        self.buttons: dict[str, str] = {}  # the same of buttons
        self.fragment_of: dict[str, str] = {}  # id of a widget -> fragment around it, or ""
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._known: OrderedDict[str, ForwardMsg] = OrderedDict()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()
        self.reads = asyncio.Event()  # cleared: what comes is left unread, as by a busy browser
        self.reads.set()

    async def arrive(self, *, session: str = "") -> None:
        """Open the connection, and ask for the page; a ``session`` is gone on with."""
        self.seen = Seen(time.monotonic())
        protocols = ["streamlit", "PLACEHOLDER", session] if session else ["streamlit"]
        self._socket = await connect(
            f"ws://{self.address}/_stcore/stream",
            subprotocols=protocols,  # type: ignore[arg-type]
            max_size=None,
            compression=None,
            open_timeout=60,
            ping_interval=None,
            additional_headers={"Cookie": self.cookie} if self.cookie else None,
        )
        self.closed.clear()
        self._reader = asyncio.create_task(self._read(self._socket))
        await self.ask()

    async def fetch_page(self) -> None:
        """Fetch the page itself, as a browser does before it connects, and keep its cookie."""

        def fetch() -> str:
            with urllib.request.urlopen(f"http://{self.address}/", timeout=60) as answer:
                return str(answer.headers.get("Set-Cookie", ""))

        self.cookie = (await asyncio.to_thread(fetch)).partition(";")[0]

    async def ask(self, fragment: str = "", *, by_timer: bool = False) -> None:
        """Ask for a run of the script, or of a fragment."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash = self.query, self.shows
        run.page_name = "" if self.shows else self.page
        run.fragment_id, run.is_auto_rerun = fragment, by_timer
        run.cached_message_hashes.extend(self._known)
        run.widget_states.widgets.extend(self._states.values())
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(message.SerializeToString())

    async def set_box(self, label: str, value: float) -> None:
        """Type a number into a box, which starts a run of the script."""
        self.seen = Seen(time.monotonic())
        self._states[label] = WidgetState(id=self.boxes[label], double_value=value)
        await self.ask(self.fragment_of[self.boxes[label]])

    async def press(self, label: str) -> None:
        """Press a button, which starts a run of the script, or of the fragment around it."""
        self.seen = Seen(time.monotonic())
        pressed = WidgetState(id=self.buttons[label], trigger_value=True)
        self._states[label] = pressed
        await self.ask(self.fragment_of[pressed.id])
        del self._states[label]

    async def go_to(self, page: str, query: str = "") -> None:
        """Go to another screen by its link."""
        self.seen = Seen(time.monotonic())
        left, self.shows = self.shows, self.pages[page]
        self.page, self.query = page, query
        self._states.clear()
        await self.ask()
        self.shows = left  # until the server answers

    def polls(self) -> list[str]:
        """Return the fragments that the page asks for again and again."""
        return list(self._timers)

    async def leave(self) -> None:
        """Close the tab."""
        self._stop_timers()
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def until(self, name: str, seconds: float) -> bool:
        """Wait until ``player_at``, ``whole_at`` or ``finished_at`` is known; False: too long."""
        deadline = time.monotonic() + seconds
        while getattr(self.seen, name) is None:
            if time.monotonic() > deadline or self.closed.is_set():
                return False
            await asyncio.sleep(0.01)
        return True

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for content in socket:
                await self.reads.wait()
                if not isinstance(content, bytes):
                    continue
                self.seen.received += len(content)
                message = ForwardMsg.FromString(content)
                await self._take(self._remembered(message))
        self._stop_timers()
        self.closed.set()

    def _remembered(self, message: ForwardMsg) -> ForwardMsg:
        if message.WhichOneof("type") == "ref_hash":
            known = self._known[message.ref_hash]
            known.metadata.CopyFrom(message.metadata)
            self._known.move_to_end(message.ref_hash)
            return known
        if message.metadata.cacheable:
            self._known[message.hash] = message
            while len(self._known) > KEPT_MESSAGES:
                self._known.popitem(last=False)
        return message

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            self.shows = message.new_session.page_script_hash
            self.runs_of.append((self.shows, list(message.metadata.run.fragment_ids)))
            if not message.metadata.run.fragment_ids:
                self._stop_timers()
        elif kind == "navigation":
            self.shows = message.navigation.page_script_hash
            self.pages = {
                page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
            }
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            self.seen.finished_at = self.seen.finished_at or time.monotonic()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta.new_element, message.delta.fragment_id)

    def _take_element(self, element: Element, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.seen.errors.append(element.exception.message)
        elif kind == "alert" and "failed" in element.alert.body:
            self.seen.errors.append(element.alert.body)
        elif kind == "number_input":
            self.boxes[element.number_input.label] = element.number_input.id
            self.fragment_of[element.number_input.id] = fragment
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
            self.fragment_of[element.button.id] = fragment
        elif kind == "bidi_component" and element.bidi_component.component_name == PLAYER:
            self._take_player(element.bidi_component.json[:HEAD])

    def _take_player(self, head: str) -> None:
        if self.wanted in head and '"lanes"' in head:
            now = time.monotonic()
            self.seen.player_at = self.seen.player_at or now
            if "true" not in STREAMING.findall(head):
                self.seen.whole_at = self.seen.whole_at or now

    def _set_timer(self, fragment: str, interval: float) -> None:
        before = self._timers.get(fragment)
        if before is not None and before[0] == interval:
            return
        self._stop_timer(fragment)
        task = asyncio.create_task(self._tick(fragment, interval))
        self._timers[fragment] = (interval, task)

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(fragment, by_timer=True)

    def _stop_timer(self, fragment: str) -> None:
        if (timer := self._timers.pop(fragment, None)) is not None:
            timer[1].cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)
