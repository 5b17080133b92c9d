"""Who is named in a text: makers, outlets, and whatever else is capitalised."""

from collections import Counter
from collections.abc import Iterable, Mapping

import regex

from bot.domain.wording import sentences

# Car makers and their brands (Wikipedia, "List of car brands": those that sell cars today or that columns still
# talk about), with the other spellings under which a text may name one.
_MAKERS: dict[str, tuple[str, ...]] = {
    name: tuple(other)
    for name, *other in (
        line.split("|")
        for line in """Toyota|トヨタ
Lexus|レクサス
Honda|ホンダ
Acura
Nissan|日産
Infiniti
Mazda|マツダ
Subaru|スバル
Mitsubishi|三菱
Suzuki|スズキ
Daihatsu|ダイハツ
Isuzu|いすゞ
Hyundai|ヒョンデ|現代自
Kia
Genesis
BYD
Nio
XPeng|Xpeng
Geely|吉利
Chery
Xiaomi|シャオミ
Li Auto
Zeekr
Great Wall
Polestar
Volvo|ボルボ
Volkswagen|VW|フォルクスワーゲン
Audi|アウディ
Porsche|ポルシェ
BMW
Mini
Mercedes-Benz|Mercedes|メルセデス|ベンツ
Opel
Skoda|Škoda
Seat
Cupra
Renault|ルノー
Dacia
Alpine
Peugeot|プジョー
Citroën|Citroen|シトロエン
Fiat|フィアット
Alfa Romeo
Lancia
Maserati|マセラティ
Ferrari|フェラーリ
Lamborghini|ランボルギーニ
Pagani
Bugatti
Koenigsegg
Rimac
McLaren
Lotus|Lotus Cars
Aston Martin
Bentley
Rolls-Royce
Jaguar|ジャガー
Land Rover
GM|General Motors|ゼネラル・モーターズ
Chevrolet|Chevy|シボレー
Cadillac|キャデラック
Buick
GMC
Ford|フォード
Lincoln
Stellantis|ステランティス
Chrysler|クライスラー
Dodge
Jeep|ジープ
Ram
Tesla|テスラ
Rivian|リビアン
Lucid|Lucid Motors
Fisker
VinFast|Vinfast|ビンファスト
Tata
Mahindra
Slate
Scout
Canoo
Faraday Future""".splitlines()
    )
}
# Each spelling, and the usual name of the maker that it names.
MAKER_SPELLINGS: Mapping[str, str] = {
    spelling: name for name, others in _MAKERS.items() for spelling in (name, *others)
}
# Spelt like an everyday word, so they count only where a longer text capitalises them in the middle of a sentence.
_EVERYDAY = frozenset(
    {"Mini", "Seat", "Genesis", "Lincoln", "Alpine", "Lotus", "Slate", "Scout", "Ram", "Lucid", "Ford"}
)
_MAKER = regex.compile(
    r"(?<![\p{Latin}\p{N}])(?:"
    + "|".join(regex.escape(spelling) for spelling in sorted(MAKER_SPELLINGS, key=len, reverse=True))
    + r")(?![\p{Latin}\p{N}])"
)

# Outlets that a column may quote; a name that ends in one of the words below is taken for one as well.
_OUTLETS_TEXT = """Reuters|Bloomberg|AP|Associated Press|AFP|CNN|CNBC|BBC|NPR|Axios|Politico|Wired|Forbes|Fortune
Nikkei|Nikkei Asia|Electrek|InsideEVs|Jalopnik|Autoblog|Motor1|Carscoops|The Verge|TechCrunch|Engadget|Autocar|Top Gear
The Drive|Road & Track|Car and Driver|MotorTrend|Edmunds|Kelley Blue Book|Cox Automotive|The Autopian|Ars Technica|Kyodo
NHK|Handelsblatt|Der Spiegel|Le Monde|Autosport|The Race|Kotaku|The Hill|Vox|Quartz|Semafor|Business Wire|Yonhap|Xinhua
Auto Motor und Sport|Les Echos|Corriere della Sera|El País|ANSA|DPA|Hagerty|Roadshow|Green Car Reports
ロイター|ブルームバーグ|共同通信|時事通信|日経|日本経済新聞|朝日新聞|読売新聞|毎日新聞"""
OUTLETS = frozenset(_OUTLETS_TEXT.replace("\n", "|").split("|"))
_OUTLET_ENDINGS_TEXT = """
news times journal post press magazine weekly daily herald tribune guardian gazette telegraph observer standard
review insider wire examiner chronicle star sun mail globe record bulletin dispatch register reporter monitor
mirror echo ledger courier sentinel argus inquirer independent economist week today report radio tv agency
"""
_OUTLET_ENDINGS = frozenset(_OUTLET_ENDINGS_TEXT.split())

_NAME_PART = r"(?:\p{Lu}[\p{L}\p{N}’'&.-]*[\p{L}\p{N}]|\p{Lu}|\d+\p{Lu}[\p{L}\p{N}]*)"
# No name that we look for has more than six words; without a limit a wall of capitals takes minutes.
NAME = rf"{_NAME_PART}(?:(?:\ (?:&|and|of|de|the)\ |\ |-){_NAME_PART}){{0,5}}"
_NAME = regex.compile(rf"{_NAME_PART}(?:[ -]{_NAME_PART}){{0,5}}")

_NOT_NAMES_TEXT = """
i the a an it he she they we you this that these those there here what who which why how when where whose and but or
so yet if in on at by for from with to of as is are was were do does did will would can could should may might has
have had not no yes now then all some any every each both one two three four five six seven eight nine ten my our
your his her its their monday tuesday wednesday thursday friday saturday sunday january february march april june
july august september october november december today yesterday tomorrow ev evs suv suvs ceo cfo coo uaw us u.s uk
u.k eu america american americans europe european japan japanese china chinese korea korean germany german france
french britain british italy italian india indian mexico canada photo photos image ed note also still just even
mr mrs ms dr big question good great well maybe perhaps tell let meanwhile however first second finally because
after before while since although though once another most many more other others people cars car ok okay thanks
new news please vote comments comment morning dump
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())

_OFFICES = frozenset({"ceo", "cfo", "coo", "president", "chairman", "chair", "ev", "evs", "suv", "suvs"})


def makers(text: str) -> Counter[str]:
    """Return how often each car maker is named in `text`, under its usual name."""
    found: Counter[str] = Counter()
    for match in _MAKER.finditer(text):
        name = MAKER_SPELLINGS[match.group()]
        starts = match.start() == 0 or text[match.start() - 2 : match.start()].rstrip()[-1:] in {
            "",
            ".",
            "!",
            "?",
        }
        if name in _EVERYDAY and starts and name != "Ford":
            continue
        found[name] += 1
    return found


def names(texts: Iterable[str]) -> Counter[str]:
    """Return how often each name occurs in `texts` (paragraphs): capitalised runs that are no common word.

    The first word of a sentence counts only where it is seen capitalised elsewhere too. A short form ("Barra") is
    counted with the full name ("Mary Barra") if there is just one.
    """
    inside: Counter[str] = Counter()
    leading: Counter[str] = Counter()
    for text in texts:
        for sentence in sentences(text):
            for match in _NAME.finditer(sentence):
                name = regex.sub(r"[’']s$", "", match.group())
                parts = name.split(" ")
                while parts and parts[0].casefold() in _NOT_NAMES:
                    parts.pop(0)
                while len(parts) > 1 and parts[-1].casefold() in _OFFICES:
                    parts.pop()
                if not parts:
                    continue
                stripped = " ".join(parts)
                at_start = not sentence[: match.start()].strip("\"'“‘([ ") and len(stripped) == len(name)
                (leading if at_start else inside)[stripped] += 1
    counted = inside.copy()
    for name, count in leading.items():
        if name in inside or " " in name or any(char.isdigit() for char in name) or name.isupper():
            counted[name] += count
    return _joined(counted)


def _joined(counted: Counter[str]) -> Counter[str]:
    full: dict[str, list[str]] = {}
    for name in counted:
        if " " in name:
            full.setdefault(name.rsplit(" ", 1)[-1], []).append(name)
    joined: Counter[str] = Counter()
    for name, count in counted.items():
        longer = full.get(name, [])
        joined[longer[0] if len(longer) == 1 else name] += count
    return joined


def is_outlet(name: str) -> bool:
    """Return whether `name` is a known outlet or reads like one ("The Detroit News")."""
    bare = name.removeprefix("The ").removeprefix("the ")
    return (
        name in OUTLETS or bare in OUTLETS or bare.split(" ")[-1].casefold() in _OUTLET_ENDINGS or bare.endswith("新聞")
    )
