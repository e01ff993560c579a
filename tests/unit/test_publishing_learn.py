"""What people say in the conversation is learnt once, from those who may say it, and never from a bot."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.judging.ledger import dismiss
from fusion.model import Actor, State, ThreadChanged
from fusion.ports import Permission
from fusion.publishing import asks, learn
from fusion.publishing.remarks import said
from tests.fakes.conversation import MARKS, NUMBER, REPOSITORY, Bot
from tests.fakes.judging import AT


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("won't fix", State.WONT_FIX),
        ("Wontfix.", State.WONT_FIX),
        ("We will not fix this", State.WONT_FIX),
        ("**By design**, because the caller escapes it.", State.WONT_FIX),
        ("won\u2019t fix here", State.WONT_FIX),
        ("This is a false positive.", State.INCORRECT),
        ("> quoted finding\n\nFalse-positive: the value is constant. See line 3?", State.INCORRECT),
        ("It's not a bug!", State.INCORRECT),
        ("duplicate of #12", State.DUPLICATE),
        ("false positive: only our own files are loaded", State.INCORRECT),
        ("False positive - not reachable from outside.", State.INCORRECT),
        ("not a false positive", None),
        ("False positive?", None),
        ("Is this by design?", None),
        ("This is not by design.", None),
        ("won't fix unless you insist", None),
        ("won't fix - not", None),
        ("false positive: no, wait", None),
        ("Won't fix itself", None),
        ("I won't fix the tests, only this", None),
        ("> won't fix", None),
        ("I thought this was a false positive.", None),
        ("fixed. won't fix the other", None),
        ("", None),
    ],
)
def test_a_reply_is_understood_only_where_it_is_beyond_doubt(text: str, state: State | None) -> None:
    assert said(text) is state


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", "not ", "un", "is it "]))
def test_any_text_is_read_without_harm(text: str, before: str) -> None:
    assert said(text) in (None, State.WONT_FIX, State.INCORRECT, State.DUPLICATE)
    if before:
        assert said(f"{before}false positive {text}") is None


@pytest.mark.parametrize("act", ["resolve", "react"])
def test_what_another_bot_does_says_nothing(act: str) -> None:
    bot = begun()
    thread = bot.thread(2)
    if act == "resolve":
        bot.forge.resolve(REPOSITORY, NUMBER, thread.node, "helper[bot]")
    else:
        bot.forge.react(REPOSITORY, NUMBER, thread.comments[0].id, "helper[bot]", "-1")
    assert asks(bot.scene, bot.ledger, MARKS) == frozenset()


def begun() -> Bot:
    bot = Bot()
    bot.round(2, 4)
    return bot


def states(bot: Bot) -> list[State]:
    return [entry.disposition.state for entry in bot.ledger.entries]


def test_a_reply_of_somebody_with_write_permission_dismisses_once() -> None:
    bot = begun()
    reply = bot.forge.answer(REPOSITORY, NUMBER, bot.thread(2).node, "mona", "Won't fix.")
    bot.forge.answer(REPOSITORY, NUMBER, bot.thread(4).node, "guest", "Won't fix.")
    assert asks(bot.scene, bot.ledger, MARKS) == {"mona", "guest"}

    [lesson] = bot.learn().changes
    said = lesson.entry.disposition
    assert (said.state, said.by, said.how) == (State.WONT_FIX, "mona", f"said so in comment {reply.id}")
    assert states(bot) == [State.WONT_FIX, State.OPEN]
    assert bot.learn().changes == ()
    assert asks(bot.scene, bot.ledger, MARKS) == {"guest"}

    bot.ledger, _ = dismiss(bot.ledger, lesson.entry.fingerprint, State.OPEN, by="mona", how="`/fusion reopen`", at=AT)
    bot.round(2, 4)
    assert states(bot) == [State.CARRIED, State.CARRIED], "a later command outranks an older reply"


def test_what_bots_say_never_counts() -> None:
    bot = begun()
    for name in ("fusion[bot]", "other[bot]"):
        bot.forge.grant(REPOSITORY, name, Permission.ADMIN)
        bot.forge.answer(REPOSITORY, NUMBER, bot.thread(2).node, name, "won't fix")
    bot.forge.react(REPOSITORY, NUMBER, bot.thread(2).comments[0].id, "fusion[bot]", "-1")
    bot.forge.resolve(REPOSITORY, NUMBER, bot.thread(4).node, "fusion[bot]")
    other = bot.forge.say_on_line(REPOSITORY, NUMBER, "mona", "app.py", 7, bot.thread(2).comments[0].body)
    bot.forge.answer(REPOSITORY, NUMBER, other.node, "mona", "won't fix")

    assert asks(bot.scene, bot.ledger, MARKS) == set()
    assert bot.learn().changes == ()


def test_a_resolved_thread_dismisses_and_an_opened_one_takes_it_back() -> None:
    bot = begun()
    node = bot.thread(2).node
    bot.forge.resolve(REPOSITORY, NUMBER, node, "mona")
    [lesson] = bot.learn().changes
    assert (lesson.entry.disposition.state, lesson.entry.disposition.how) == (State.WONT_FIX, "resolved the thread")
    bot.round(2, 4)
    assert states(bot) == [State.WONT_FIX, State.CARRIED]

    bot.forge.resolve(REPOSITORY, NUMBER, node, "mona", resolved=False)
    [lesson] = bot.learn().changes
    assert lesson.entry.disposition.state is State.OPEN
    bot.round(2, 4)
    assert states(bot) == [State.CARRIED, State.CARRIED]
    assert not bot.thread(2).resolved


def test_who_resolves_a_thread_after_mending_the_code_dismisses_nothing() -> None:
    bot = begun()
    bot.forge.resolve(REPOSITORY, NUMBER, bot.thread(2).node, "mona")
    bot.push()
    bot.round(4)
    assert states(bot) == [State.ADDRESSED, State.CARRIED]
    assert len(bot.thread(2).comments) == 1, "nobody needs to be told"
    bot.push()
    bot.round(2, 4)
    assert states(bot) == [State.OPEN, State.CARRIED], "it is back, and nobody has dismissed it"


def test_thumbs_down_on_our_comment_says_incorrect() -> None:
    bot = begun()
    for login in ("guest", "mona"):
        bot.forge.react(REPOSITORY, NUMBER, bot.thread(2).comments[0].id, login, "-1")
    [lesson] = bot.learn().changes
    assert (lesson.entry.disposition.state, lesson.entry.disposition.by) == (State.INCORRECT, "mona")


def test_an_event_tells_who_opened_a_thread_that_we_closed() -> None:
    bot = begun()
    bot.forge.answer(REPOSITORY, NUMBER, bot.thread(2).node, "mona", "won't fix")
    bot.round(2, 4)
    thread = bot.thread(2)
    assert thread.resolved_by == "fusion[bot]"
    bot.forge.resolve(REPOSITORY, NUMBER, thread.node, "guest", resolved=False)
    event = ThreadChanged(delivery="d", number=NUMBER, thread=thread.node, resolved=False, actor=Actor(login="guest"))

    learned = learn(bot.scene, bot.ledger, {}, MARKS, events=[event], at=AT)
    assert [(lesson.entry.disposition.state, lesson.entry.disposition.by) for lesson in learned.changes] == [
        (State.OPEN, "guest")
    ]
    assert learn(bot.scene, learned.ledger, {}, MARKS, events=[event], at=AT).ledger == learned.ledger
