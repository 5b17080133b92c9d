import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.render.picture.fonts import SCALE, Style, balanced, cut, drawable, glyph, has_glyph, width, wrap
from bot.render.picture.sheet import Colour, Sheet, paint
from tests.poll_samples import LABELS, QUESTION

SLACK = 0.01  # points: figures that should be equal come from sums


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Supra 🏁", "Supra"),
        ("1️⃣ Supra ♥️", "1 Supra ♥"),
        ("𝐒𝐮𝐩𝐫𝐚", "Supra"),
        ("ｽﾌﾟﾗ 日産", "ｽﾌﾟﾗ 日産"),
        ("Toyota كراون X", "Toyota … X"),
        ("हिन्दी Škoda", "हिन्दी Škoda"),
        ("كراون", ""),
        ("🏁🏁", ""),
        ("\u202eabc\u200b", "abc"),
    ],
)
def test_what_no_font_has_is_left_out_or_told_as_left_out(typed, drawn):
    assert drawable(typed) == drawn


def test_a_glyph_is_never_the_empty_square_of_its_font():
    style = Style(20)
    # U+1F3C1 is in neither font: what the second one draws for it is the square.
    square = glyph("🏁", style).mask.tobytes()
    for character in "AzßéЖωअ日アー한✓…–①★":
        assert has_glyph(character)
        assert glyph(character, style).mask.tobytes() != square, character
    assert not has_glyph("🏁")


@given(text=LABELS, room=st.integers(40, 300), lines_max=st.integers(1, 4), is_bold=st.booleans())
@settings(deadline=None)
def test_lines_fit_and_lose_nothing_but_what_is_cut_at_the_end(text, room, lines_max, is_bold):
    style = Style(16, is_bold=is_bold)
    shown = drawable(text)
    for lines in (wrap(shown, style, room, lines_max), balanced(shown, style, room, lines_max)):
        assert len(lines) <= lines_max
        assert all(width(line, style) <= room + SLACK for line in lines)
        joined = "".join(lines).replace(" ", "")
        whole = shown.replace(" ", "")
        assert joined == whole or (joined.endswith("…") and whole.startswith(joined.rstrip("…")))


def test_text_is_cut_between_characters_as_readers_see_them():
    style = Style(16)
    shown = drawable("e\u0302\u0323" * 40)
    for room in range(20, 200, 7):
        kept = cut(shown, style, room).removesuffix("…")
        assert kept == shown[: len(kept)]
        assert len(kept) % len(drawable("e\u0302\u0323")) == 0


def test_japanese_lines_begin_with_no_small_sign_and_katakana_words_stay_whole():
    style = Style(16)
    for room in range(60, 200, 9):
        lines = wrap("「すごい車」、ですか。はい、そうです。きっと、ずっと", style, room, 20)
        assert not any(line[0] in "、。」っ" or line[-1] == "「" for line in lines), lines
    assert wrap("マツダ・コスモスポーツ", style, 140, 2) == ["マツダ・", "コスモスポーツ"]


def test_long_words_break_at_their_hyphens_and_names_of_models_do_not():
    style = Style(16)
    assert wrap("Dampfschiff-Gesellschaft", style, 140, 2) == ["Dampfschiff-", "Gesellschaft"]
    assert wrap("Mitsubishi HSR-II", style, width("Mitsubishi HSR-", style) + 2, 2) == ["Mitsubishi", "HSR-II"]


def test_a_title_has_no_last_line_of_one_word():
    lines = balanced(QUESTION, Style(25, is_bold=True), 512, 3)
    assert lines == ["What’s the best Japanese", "concept car ever?"]


def test_letters_are_painted_where_they_were_placed_in_shades_between_ink_and_ground():
    sheet = Sheet(100, 40)
    sheet.fill(0, 0, 100, 20, Colour.RED)
    sheet.write(10, 0, "MM", Style(14), on=Colour.RED)
    with Image.open(io.BytesIO(paint(sheet))) as image:
        picture = image.convert("RGB")
    assert picture.getpixel((1, 1)) == Colour.RED.value
    assert picture.getpixel((1, 79)) == Colour.PAPER.value
    colours = {picture.getpixel((x, y)) for x in range(20, 80) for y in range(40)}
    assert Colour.TEXT.value in colours
    assert Colour.PAPER.value not in colours
    assert all(red >= Colour.RED.value[0] for red, _, _ in colours)


@pytest.mark.parametrize("text", ["Ågjpqy", "日本の車", "ÅÇ Ế ệ", "हिन्दी"])
@pytest.mark.parametrize("style", [Style(12), Style(14, is_narrow=True), Style(25, is_bold=True)])
def test_what_is_painted_stays_in_the_box_that_was_placed(text, style):
    sheet = Sheet(300, 100)
    right = sheet.write(30, 30, text, style)
    with Image.open(io.BytesIO(paint(sheet))) as image:
        ground = Image.new("RGB", image.size, Colour.PAPER.value)
        left, top, end, bottom = ImageChops.difference(image.convert("RGB"), ground).getbbox()
    margin = 2  # pixels: round letters reach over the width that they take
    assert 30 * SCALE - margin <= left < end <= right * SCALE + margin
    assert 30 * SCALE - margin <= top < bottom <= (30 + style.line_height) * SCALE + margin
    assert bottom > (30 + style.ascent * 0.9) * SCALE
