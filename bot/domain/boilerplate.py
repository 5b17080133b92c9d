"""Lines and sentences that a page puts around an article, in English and Japanese."""

import regex

from bot.domain.wording import sentences

# A line that starts so is no part of what was written. They come from the comment, share and mailing-list blocks of
# the usual publishing systems (WordPress with wpDiscuz and Jetpack, Ghost, Disqus) and from agencies' footers.
_LINE = regex.compile(
    r"""^(?:
      (?:share|tweet|pin|email|print)\ (?:on|this|to|via|it)\b | share$ | share: | tweet$
    | (?:notify\ of|inline\ feedbacks|view\ all\ comments|would\ love\ your\ thoughts|please\ comment)
    | (?:\d+|an?|one)\ (?:second|minute|hour|day|week|month|year)s?\ ago\b
    | \d*\s*comments?$
    | (?:leave\ a|post\ a|add\ a|join\ the)\ (?:comment|reply|discussion) | log\ in\ to | sign\ in\b
    | (?:continue|keep)\ reading | read\ (?:more|next|also|the\ (?:full|whole|rest|original)) | click\ here
    | learn\ more$ | the\ post\ .{1,300}\ (?:appeared\ first\ on|first\ appeared)
    | this\ (?:article|story|post)\ (?:was\ )?(?:originally|first)\b
    | (?:sign\ up|subscribe|follow\ us|like\ us|join\ our|get\ our|download\ our|support\ us|donate)\b
    | (?:become\ a\ member|you\ may\ also\ like)\b
    | (?:related|see\ also|more\ from|more\ on|also\ read|recommended|popular\ now|trending)\s*[:：].{0,120}$
    | (?:related|see\ also|recommended|popular\ now|trending)(?:\ (?:articles?|stories|posts|news|now))?$
    | (?:advertisement|sponsored|promoted)$ | (?:affiliate|sponsored)\ (?:links?|content|post)\b
    | (?:disclosure|disclaimer|full\ disclosure)\s*[:：]
    | (?:home|front\ page)\s*[»>›/] | (?:tags?|filed\ under|categor(?:y|ies)|topics)\s*:
    | copyright\ (?:©|\(c\)|\d) | all\ rights\ reserved
    | ©|\(c\)\s\d{4} | (?:loading|skip\ to)\b.{0,30}$ | your\ email\ address | got\ a\ tip\b
    | 続きを読む | もっと読む | 関連(?:記事|リンク) | あわせて読みたい | シェア(?:する)?$ | この記事をシェア | 広告$
    | ツイート(?:する)?$ | コメント(?:する|を書く|欄|\d|$) | 【(?:PR|広告|関連記事)】 | 会員登録 | 無断転載 | 著作権は
    | (?:メルマガ|ニュースレター).{0,20}(?:登録|購読) | 開示[:：]
    )""",
    regex.VERBOSE | regex.IGNORECASE,
)
# A credit is short; a sentence that opens with "Photos of the car" is none.
CREDIT_CHARS_MAX = 120
_CREDIT = regex.compile(
    r"""^[(\[（]?(?:(?:(?:top|lead|header|all|cover)\s+)?
        (?:photos?|photography|images?|pictures?|illustrations?|renderings?|screenshots?)
        (?:\s+(?:credits?|courtesy|sources?))?|credits?|courtesy)\s*[:：]
    | ^[(\[（]?(?:(?:photos?|images?|pictures?|illustrations?|renderings?)\s+(?:by|via|courtesy\s+of|credit)
        |courtesy\s+of)\s
    | ^(?:写真|画像|撮影|提供|出典|図版?|イラスト)\s*(?:提供)?\s*[:：／/＝=]
    | \b(?:getty\s+images|shutterstock|ap\s+photo|file\s+photo)\b[)\]）]?\.?$ | \bafp/ | /ap\s+photo | \bap\s+photo/
    | ^[（(](?:写真|画像|撮影|提供)[:：＝=].{1,30}[)）]$
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
_SENTENCE = regex.compile(
    r"""^\W*(?:continue\ reading|read\ (?:more|the\ (?:full|whole|rest))|click\ here|share\ this|tweet\ this|follow\ us
      | the\ post\ .{1,300}\ appeared\ first\ on | sign\ up\ (?:for|to) | subscribe\ (?:to|now) | disclosure:
      | this\ (?:article|story|post)\ (?:originally|first) | advertisement$ | 続きを読む | 関連記事)""",
    regex.IGNORECASE | regex.VERBOSE,
)
_TEASER_END = regex.compile(
    r"\s*(?:\[\s*(?:…|\.{3}|&hellip;|\+\d+\s*chars?)\s*\]|(?:continue reading|read more)\W*)$", regex.IGNORECASE
)
_MORE_MARK = regex.compile(r"\s*(?:…|\.{3}|\[…\]|\[\.{3}\]|→|»)+$")


_AFTER = regex.compile(
    r"""^(?:share\ (?:on|this|to|via)\b|notify\ of|inline\ feedbacks|view\ all\ comments|\d*\s*comments?$
      | leave\ a\ (?:comment|reply) | (?:post|add)\ a\ comment | would\ love\ your\ thoughts
      | \d+\ (?:minute|hour|day|week|month|year)s?\ ago\b | the\ post\ .*appeared\ first
      | この記事をシェア | コメント(?:する|欄|を書く|$) | シェアする | 関連記事)""",
    regex.IGNORECASE | regex.VERBOSE,
)


def is_boilerplate(line: str) -> bool:
    """Return whether a paragraph is a share button, a comment block's label, an advertisement's or the like."""
    return bool(_LINE.search(line)) or not any(char.isalnum() for char in line)


def is_credit(line: str) -> bool:
    """Return whether a paragraph names whose picture stands beside it."""
    return len(line) <= CREDIT_CHARS_MAX and bool(_CREDIT.search(line))


def ends_column(line: str) -> bool:
    """Return whether what follows this line is other people's: the share buttons and comments under an article."""
    return bool(_AFTER.search(line))


def without_teasers(text: str) -> str:
    """Return a publisher's description without "Continue reading", "The post … appeared first on …" and the like.

    A last sentence that the publisher cut short ("… the company said it [...]") goes as well, unless nothing is left.
    """
    kept = text
    while (shorter := _TEASER_END.sub("", kept)) != kept:
        kept = shorter.rstrip()
    was_cut = kept != text
    pieces: list[str] = []
    for piece in sentences(kept):
        if not (_SENTENCE.search(piece) or is_boilerplate(piece)):
            pieces.append(piece)
        elif pieces:
            break  # what follows a teaser is more of it, and the description stays one literal piece
    if len(pieces) > 1 and (_MORE_MARK.search(pieces[-1]) or (was_cut and pieces[-1][-1:].isalnum())):
        pieces.pop()
    if not pieces:
        return ""
    start = end = kept.find(pieces[0])
    for piece in pieces:
        end = kept.find(piece, end) + len(piece)
    return kept[start:end]
