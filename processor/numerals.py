"""Numbers as word processors write them before paragraphs (ECMA-376 part 1, 17.18.59; pure).

A format that is not known here, or a number beyond what it can write, is written in digits.
"""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラム"
    "ウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
_GANADA = "가나다라마바사아자차카타파하"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 32_767
_MOST_LETTERS = 780  # zz…z, thirty of them

Format = Callable[[int], str | None]


def numeral(number: int, number_format: str) -> str:
    """Return `number` in a format of WordprocessingML, "" in those that show none."""
    if number_format in ("bullet", "none"):
        return ""
    write = _FORMATS.get(number_format, str)
    return (write(number) if number > 0 else None) or str(number)


def _letters(number: int) -> str | None:
    """a, b … z, aa, bb … zz, aaa."""
    repeated, index = divmod(number - 1, 26)
    return chr(ord("a") + index) * (repeated + 1) if number <= _MOST_LETTERS else None


def _roman(number: int) -> str | None:
    if number > _MOST_ROMAN:
        return None
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _upper(write: Format) -> Format:
    return lambda number: (write(number) or "").upper()


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _among(letters: str) -> Format:
    """Write the first numbers by one letter each."""
    return lambda number: letters[number - 1] if number <= len(letters) else None


def _sexagenary(number: int) -> str | None:
    if number > 60:
        return None
    return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12]


def _by_digit(zero: str, digits: str = _DIGITS) -> Format:
    table = str.maketrans("0123456789", zero + digits)
    return lambda number: str(number).translate(table)


def _counted(zero: str, digits: str, units: str, *, one: bool) -> Format:
    """Write digits with the units of their places; zero: for a gap. one: 一百 rather than 百.

    Ten to nineteen never have it: 十, 十一.
    """

    def write(number: int) -> str | None:
        if number > 9999:
            return None
        text, gap = "", False
        for place in range(len(str(number)) - 1, -1, -1):
            digit = number // 10**place % 10
            if digit == 0:
                gap = True
                continue
            text += zero if gap and text else ""
            gap = False
            bare = digit == 1 and place > 0 and (not one or (number < 20))
            text += ("" if bare else digits[digit - 1]) + (units[place - 1] if place else "")
        return text

    return write


def _until_hundred(beyond: Format) -> Format:
    counted = _counted("", _DIGITS, "十", one=True)
    return lambda number: counted(number) if number < 100 else beyond(number)


def _enclosed(first: str, most: int) -> Format:
    return lambda number: chr(ord(first) + number - 1) if number <= most else None


def _circled(number: int) -> str | None:
    starts = ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱"))
    found = (chr(ord(sign) + number - low) for low, high, sign in starts if low <= number <= high)
    return next(found, None)


_LEGAL = "壹貳參肆伍陸柒捌玖"
_SIMPLE_LEGAL = "壹贰叁肆伍陆柒捌玖"
_JAPANESE_LEGAL = "壱弐参四伍六七八九"
_FULL_WIDTH = _by_digit("０", "１２３４５６７８９")

_FORMATS: dict[str, Format] = {
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letters,
    "upperLetter": _upper(_letters),
    "lowerRoman": _roman,
    "upperRoman": _upper(_roman),
    "ordinal": _ordinal,
    "numberInDash": lambda number: f"- {number} -",
    "decimalFullWidth": _FULL_WIDTH,
    "decimalFullWidth2": _FULL_WIDTH,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "ideographDigital": _by_digit("〇"),
    "taiwaneseDigital": _by_digit("○"),
    "japaneseDigitalTenThousand": _by_digit("〇"),
    "chineseCounting": _until_hundred(_by_digit("○")),
    "taiwaneseCounting": _until_hundred(_by_digit("○")),
    "chineseCountingThousand": _counted("零", _DIGITS, "十百千", one=True),
    "taiwaneseCountingThousand": _counted("零", _DIGITS, "十百千", one=True),
    "japaneseCounting": _counted("", _DIGITS, "十百千", one=False),
    "koreanCounting": _counted("", "일이삼사오육칠팔구", "십백천", one=False),
    "ideographLegalTraditional": _counted("零", _LEGAL, "拾佰仟", one=True),
    "chineseLegalSimplified": _counted("零", _SIMPLE_LEGAL, "拾佰仟", one=True),
    "japaneseLegal": _counted("", _JAPANESE_LEGAL, "拾百阡", one=True),
    "ideographTraditional": _among(_STEMS),
    "ideographZodiac": _among(_BRANCHES),
    "ideographZodiacTraditional": _sexagenary,
    "aiueo": _among(_AIUEO),
    "aiueoFullWidth": _among(_AIUEO),
    "iroha": _among(_IROHA),
    "irohaFullWidth": _among(_IROHA),
    "ganada": _among(_GANADA),
}
