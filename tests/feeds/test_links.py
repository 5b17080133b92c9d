"""Strangers' links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.links import host_of, web_link, without_tracking


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("/news/1", "https://motor.example/news/1"),
        ("2?a=1&b=2", "https://motor.example/blog/2?a=1&b=2"),
        ("//cdn.example/x.jpg", "https://cdn.example/x.jpg"),
        ("http://other.example:8080/a", "http://other.example:8080/a"),
        (" https://motor.example/with space ", "https://motor.example/with%20space"),
        ("https://motor.example/車", "https://motor.example/%E8%BB%8A"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://motor.example/%20as-it-is", "https://motor.example/%20as-it-is"),
        ('https://motor.example/a>b"c', "https://motor.example/a%3Eb%22c"),
        ("https://[2606:4700::1111]/x", "https://[2606:4700::1111]/x"),
    ],
)
def test_a_link_is_absolute_and_holds_only_what_an_address_may_hold(href, link):
    assert web_link(href, "https://motor.example/blog/1") == link


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        " \x01javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "https://bank.example@evil.example/",
        "https://user:secret@motor.example/",
        "https://motor.example:99999/",
        "https://[broken/",
        "https://motor.example/" + "x" * 3000,
        "",
        None,
        7,
    ],
)
def test_what_is_no_plain_web_address_is_no_link(href):
    assert web_link(href, "https://motor.example/") is None


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=rss&utm_medium=feed", ""),
        ("id=7&utm_campaign=x&page=2", "id=7&page=2"),
        ("fbclid=1&gclid=2&msclkid=3&at_medium=RSS", ""),
        ("q=a%26utm_source=b&empty=&flag", "q=a%26utm_source=b&empty=&flag"),
        ("automatic=1&utmost=2", "automatic=1&utmost=2"),
        ("UTM_Source=x&a=1", "a=1"),
    ],
)
def test_only_tracking_parameters_are_taken_off(query, kept):
    assert without_tracking(query) == kept


@given(st.text(), st.sampled_from(["", "https://motor.example/a/b", "file:///x/feed.xml"]))
def test_whatever_is_given_a_link_is_http_and_ascii_or_none(href, base):
    link = web_link(href, base)
    assert link is None or (link.startswith(("http://", "https://")) and link.isascii() and link.isprintable())


def test_a_link_is_the_same_when_it_is_read_again():
    link = web_link("https://motor.example/a b?x=1&utm_id=2#part")
    assert link == "https://motor.example/a%20b?x=1#part"
    assert web_link(link) == link


def test_a_host_is_named_without_www():
    assert host_of("https://www.motor.example/a") == "motor.example"
    assert host_of("file:///x/y.xml") is None
    assert host_of(None) is None
