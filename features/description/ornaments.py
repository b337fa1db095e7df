"""Alphabets of ornament: letters of other scripts, and Braille, that stand for Latin ones by their shape or place."""

from __future__ import annotations

_PLAIN = "abcdefghijklmnopqrstuvwxyz"
# The alphabets that text generators on the web offer, each from a to z.
_ALPHABETS = (
    "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵",
    "ค๒ς๔єŦﻮђเןкɭ๓ภ๏קợгรtยשฬאץz",
    "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙",
    "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭Yᘔ",
    "ᏗᏰፈᎴᏋᎦᎶᏂᎥᏠᏦᏝᎷᏁᎧᎮᎤᏒᏕᏖᏬᏉᏇጀᎩፚ",
    "ǟɮƈɖɛʄɢɦɨʝӄʟʍռօքզʀֆȶʊʋաӼʏʐ",
    "ąცƈɖɛʄɠɧıʝƙƖɱŋơ℘զཞʂɬų۷ῳҳყʑ",
    "ꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ",
    "ልጌርዕቿቻኗዘጎጋጕረጠክዐየዒዪነፕሁሀሠሸሃጊ",
    "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz",
    "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ",
)


def _letters() -> dict[str, str]:
    pairs = [(sign, letter) for one in _ALPHABETS for sign, letter in zip(one, _PLAIN, strict=True)]
    extra = {
        "ﻮ": "g",
        "ภ": "n",
        "ɱ": "m",
        "ฬ": "w",
        "ø": "o",
        "ﾉ": "i",
        "ﾘ": "n",
        "刀": "d",
        "工": "i",
        "口": "o",
        "տ": "s",
    }
    return {sign: letter for sign, letter in reversed(pairs) if not sign.isascii()} | extra


ORNAMENTS: dict[str, str] = _letters()
"""Sign to the letter it stands for. Many are ordinary letters elsewhere: only long terms are looked for so."""

_TURNED_SIGNS = dict(zip("ɐɔǝɟƃɓɥᴉɾʞɯɹʇʌʍʎ", "acefgghijkmrtvwy", strict=True))
TURNED: dict[str, str] = _TURNED_SIGNS | {"u": "n", "n": "u", "p": "d", "d": "p", "b": "q", "q": "b"}
"""Letters printed upside down, and those that turn into one another."""
