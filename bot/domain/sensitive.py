"""Stories that must not be made a game of: of death, injury and crime."""

import regex

# Stems, so that each inflection is met. Too wide on purpose: a needless silence costs a suggestion, the other mistake
# costs the bereaved. Words of everyday figures ("dead heat", "crash test") are taken out first.
_ENGLISH = (
    "dead|deadly|death|deaths|die|died|dies|dying|fatal\\p{L}*|kill\\p{L}*|lethal|corpse|funeral|mourn\\p{L}*|obituar\\p{L}*|"
    "suicid\\p{L}*|drown\\p{L}*|perish\\p{L}*|casualt\\p{L}*|victim\\p{L}*|surviv(?:or|ors)|injur\\p{L}*|wound(?:s|ed|ing)?|"
    "maim\\p{L}*|hospitali[sz]\\p{L}*|crash(?:es|ed)?|collision\\p{L}*|wreck\\p{L}*|explo(?:de|ded|des|sion|sions)|"
    "earthquake\\p{L}*|tsunami\\p{L}*|hurricane\\p{L}*|disaster\\p{L}*|massacre\\p{L}*|war|wars|missile\\p{L}*|bomb\\p{L}*|"
    "murder\\p{L}*|homicide\\p{L}*|manslaughter|shooting\\p{L}*|gunman|gunmen|gunfire|stabb\\p{L}*|strangl\\p{L}*|"
    "assault\\p{L}*|rape[sd]?|rapist\\p{L}*|molest\\p{L}*|abus(?:e|ed|er|es|ing)|harass\\p{L}*|kidnap\\p{L}*|abduct\\p{L}*|"
    "hostage\\p{L}*|terror\\p{L}*|crime\\p{L}*|criminal\\p{L}*|arrest\\p{L}*|indict\\p{L}*|convict\\p{L}*|sentenced|"
    "prison\\p{L}*|jail\\p{L}*|felon\\p{L}*|fraud\\p{L}*|embezzl\\p{L}*|brib\\p{L}*|launder\\p{L}*|theft\\p{L}*|thief|thieves|"
    "steal|steals|stole|stolen|robb\\p{L}*|burglar\\p{L}*|extort\\p{L}*|ransom\\p{L}*|smuggl\\p{L}*|traffick\\p{L}*|"
    "hit-and-run|drunk[- ]driv\\p{L}*|manhunt|police chase|pleaded guilty|charged with"
)
_JAPANESE = (
    "死亡|死者|死去|死傷|死体|遺体|遺族|犠牲|亡くな|負傷|けが|怪我|重傷|軽傷|重体|事故死|衝突事故|交通事故|ひき逃げ|飲酒運転|"
    "殺人|殺害|殺さ|刺さ|銃撃|発砲|自殺|自死|心中|溺れ|暴行|強盗|窃盗|盗ま|盗難|詐欺|横領|贈賄|収賄|逮捕|容疑者|被告|起訴|有罪|"
    "懲役|誘拐|拉致|人質|虐待|性的|痴漢|テロ|爆発|爆弾|戦争|空爆|地震|津波|災害|被災|被害者|行方不明|身代金"
)
_SENSITIVE = regex.compile(rf"\b(?:{_ENGLISH})\b|{_JAPANESE}", regex.IGNORECASE)
_FIGURES = regex.compile(
    r"\b(?:dead (?:in the water|heat|end|last|simple|serious|set|battery|batteries)|drop-dead|dead-\w+|"
    r"killer (?:app|feature|deal|looks)|killed? off|killing (?:off|the (?:project|program|model))|kill switch|"
    r"crash[- ]tests?(?:ed|ing)?|(?:market|price|stock)s? crash(?:es|ed)?|(?:price|trade|star) wars?|to die for|"
    r"die[- ]?(?:hard|cast)\w*|dyed|collision (?:avoidance|warning|mitigation)\w*|photobomb\w*|bombshell|"
    r"steal the show|stole the show|a steal|theft deterrent|shooting brakes?|shooting for)\b",
    regex.IGNORECASE,
)


def is_sensitive(text: str) -> bool:
    """Return whether `text` tells of death, injury or crime."""
    return bool(_SENSITIVE.search(_FIGURES.sub(" ", text)))
