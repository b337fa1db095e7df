"""Words that look like a term and mean something else: a geranium is not germanium."""

from __future__ import annotations

NEAR_WORDS: tuple[str, ...] = (
    *(
        "geranium",
        "antinomy",
        "iridium",
        "graphene",
        "graphics",
        "graphic",
        "thallium",
        "germanic",
        "allium",
        "pallium",
    ),
    *("germain", "german", "germans", "germany", "germarium", "germanism", "germanness", "galoisian", "teucrium"),
    *("scyelite", "stikine", "stilbum", "stilbite", "tegurium", "tellurism", "thelium", "ballium", "armarium"),
    *("tungate", "turngate", "monazine", "annotinous", "antigonus", "antinous", "anthonomus", "antonymous"),
    *("ferrite", "ferrites", "fermorite", "argyrite", "arrojadite", "cerebrose", "gedanite", "geraniine", "geranine"),
    *("germanist", "germanity", "germanize", "germinate", "germinated", "gramenite", "hairmeal", "hardtail"),
    *("harestail", "havermeal", "hungarite", "inermes", "jacksonite", "moldavite", "superparasite", "teallite"),
    *("telluride", "tellurist", "tellurize", "valencianite", "valentine", "valentines", "wolfachite"),
    *("antilogous", "solarium", "stadium", "teller", "bismarck", "indian", "indians", "europa", "europea"),
    *("scan", "tell", "gall", "wolf"),  # starts of elements' names that are words (recovered.cut_short)
)
"""Left out wherever a word is taken for a misspelt term: all but the mineral words among the 262,866 English words of
Webster's and GCIDE (package english-words 2.0.2) that the rules of `readings` and `recovered` once took for one."""
