"""Words that say nothing about which event an article tells of."""

# English function words, and the words that reporters use of any event (who said it, when, how much more or less).
# Compared after `wording.stem`; weekdays and months stand here because every report of a day shares them.
_STOPWORDS_TEXT = """
a about above across after again against all almost along already also although always am among an and another any
anyone anything are around as ask asked at away back be became because become been before began behind being below
between both but by came can cannot could day days despite did do does doing done down during each earlier either
else enough even ever every everyone expect expected far few first following for former found from further gave get
gets getting give given go goes going gone good got great had half has have having he her here hers him his how
however if in including instead into is it its itself just keep kept know known last late later latest least less
let like likely little long made make makes making many may me mean might month months more most much must my near
nearly need never new news next no nobody none nor not nothing now of off often old on once one only onto or other
others our out over own part people per perhaps place plan put quite rather really recent recently right said same
saw say saying says second see seem seen several shall she should show showed shown since so some something soon
still such take taken taking than that the their theirs them then there these they thing things think this those
though three through thus time times to today together told tomorrow too took toward towards tuesday two under
until up upon us use used using very via want wanted was way we week weeks well went were what when where whether
which while who whole whom whose why will with within without would year years yesterday yet you your
according accord added add announce announced announcement call called comment company confirm confirmed
declined early group hour hours inform issue minute morning night afternoon evening noted number official officials
report reported reporter reporters reports released release reveal set spokesman spokesperson spokeswoman
start started statement state stated tell total
monday wednesday thursday friday saturday sunday mon tue tues wed thu thur fri sat sun
january february march april june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
million billion thousand hundred percent pct cent
don't didn't doesn't isn't aren't wasn't weren't won't wouldn't couldn't shouldn't can't hasn't haven't hadn't
it's that's there's here's what's who's let's he's she's they're we're you're i'm i've we've they've you've i'll
we'll they'll you'll it'll i'd we'd they'd you'd he'd she'd i
don’t didn’t doesn’t isn’t aren’t wasn’t weren’t won’t wouldn’t couldn’t shouldn’t can’t hasn’t haven’t hadn’t
they’re we’re you’re i’m i’ve we’ve they’ve you’ve i’ll we’ll they’ll you’ll it’ll i’d we’d they’d you’d he’d she’d
photo image credit getty update updated read click
こと もの 発表 今回 今年 昨年 同社 同日 今後 予定 明ら 一方 以上 以下 午前 午後
月曜 火曜 水曜 木曜 金曜 土曜 日曜 曜日 記者 会見 報道 関係 係者
"""
STOPWORDS = frozenset(_STOPWORDS_TEXT.split())

# Words that many reports share without telling of one event: countries, and what business and motoring pages are
# always about. They count, but as if a good part of all articles held them, however few are at hand.
_EVERYDAY_TEXT = """
america american americans u.s us usa britain british uk u.k europe european eu germany german germans france french
italy italian spain spanish china chinese japan japanese korea korean korean india indian canada canadian mexico
mexican russia russian ukraine australia australian brazil world global international national country state federal
city government president minister police court
car cars auto automaker automakers automotive carmaker carmakers vehicle vehicles ev evs electric hybrid motor
motors truck trucks suv suvs model models driver drivers driving drive road market industry business brand brands
battery batteries engine price prices cost costs sale sales sell buy buyer buyers customer customers production
product products factory plant plants maker makers manufacturer manufacturers technology ceo chief executive
investor investors share shares analyst analysts money dollar dollars euro euros pounds yen deal
日本 中国 米国 自動 動車 車両 電気 気自 市場 販売 生産 企業 会社 業界 世界 国内 海外 政府 新型 車種 価格 メーカー
"""
EVERYDAY = frozenset(_EVERYDAY_TEXT.split())
