"""Feeds of a quiet village, for those who bring their own."""

NEWEST_DAY = "Mon 15 Apr"  # of 2019: the day of the newest article

VILLAGE = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>The Lower Marsh Gazette</title><link>https://example.org/marsh</link><description>What happens here</description>
<item><title>The footbridge opens again, a hand wider than before</title><link>https://example.org/marsh/bridge</link>
<description>After two winters the bridge carries prams again. Should it carry horses too?</description>
<pubDate>Mon, 15 Apr 2019 06:10:00 GMT</pubDate></item>
<item><title>Forty ducklings stop the morning bus</title><link>https://example.org/marsh/ducklings</link>
<description>The 7:12 waited for eleven minutes while a mallard counted her family across Mill Lane.</description>
<pubDate>Mon, 15 Apr 2019 05:40:00 GMT</pubDate></item>
<item><title>Library buys a second ladder</title><link>https://example.org/marsh/ladder</link>
<description>The upper shelves, closed since March, can be read again from Tuesday on.</description>
<pubDate>Sun, 14 Apr 2019 15:00:00 GMT</pubDate></item>
</channel></rss>
"""

VALLEY = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Valley Post</title><id>https://example.org/valley</id><updated>2019-04-14T20:00:00Z</updated>
<entry><title>Marsh Brook footbridge reopens for prams</title><id>https://example.org/valley/1</id>
<link href="https://example.org/valley/1"/><updated>2019-04-14T20:00:00Z</updated>
<summary>The footbridge over the Marsh Brook reopens on Monday after two winters.</summary></entry>
</feed>
"""
