"""Numbers as Vietnamese officials write them: decimal comma, dot for thousands."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_TO_VIETNAMESE = str.maketrans({",": ".", ".": ","})


def number(value: float, lang: str = "vi", decimals: int | None = None) -> str:
    """Return ``value`` with the separators of ``lang``.

    Parameters
    ----------
    value
        Any finite number.
    lang
        ``vi`` writes 1.166.023 and 60,8; ``en`` writes 1,166,023 and 60.8.
    decimals
        Fixed number of decimals, rounded half up as in official reports; ``None`` keeps what the
        number has (at most 6) without trailing zeros.

    Examples
    --------
    >>> number(1166023), number(60.0, decimals=1), number(15.88)
    ('1.166.023', '60,0', '15,88')
    """
    exact = Decimal(str(value))
    if decimals is not None:
        text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    else:
        text = f"{exact:,.6f}".rstrip("0").rstrip(".")
    return text.translate(_TO_VIETNAMESE) if lang == "vi" else text


def percent(part: float, whole: float, lang: str = "vi", decimals: int = 1) -> str:
    """Return ``part`` of ``whole`` as ``60,0 %``; ``whole`` must not be zero."""
    share = Decimal(str(part)) * 100 / Decimal(str(whole))
    return f"{number(float(share), lang, decimals)}\N{NO-BREAK SPACE}%"


def signed(value: float, lang: str = "vi", decimals: int | None = None) -> str:
    """Return ``+9``, ``−2`` (with a true minus sign) or ``±0``."""
    if value == 0:
        return "±0"
    sign = "+" if value > 0 else "−"
    return sign + number(abs(value), lang, decimals)
