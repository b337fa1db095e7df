"""The schemes by which evaders move controlled goods, and what each one does to the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.stoichiometry import metal_share

Paper = Literal["false_good", "neighbour", "lesser_grade", "true_good", "host", "alloy", "none"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of evading a control."""

    name: str
    typology: Literal["misdeclaration", "concealment", "transshipment"]
    paper: Paper
    """Which good the paper names."""
    filed: Literal["export", "import", "nowhere"]
    """Where the sampled declaration is filed: leaving China, arriving from the hub, or not at all."""
    cases: tuple[str, ...]
    """Public cases that it follows (identifiers of the case list)."""
    lookalikes: tuple[str, ...]
    """Honest trade that shares its trait."""


SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        "false_name",
        "misdeclaration",
        "false_good",
        "export",
        ("2025-12-16-shanghai-ga-ge-sb", "2010-nanning-aotian"),
        ("dense_variant", "changed_goods", "consolidated"),
    ),
    Scheme(
        "false_code",
        "misdeclaration",
        "neighbour",
        "export",
        ("2012-customs-totals", "2025-12-16-shanghai-ga-ge-sb"),
        ("reclassified", "uncontrolled_relative"),
    ),
    Scheme(
        "false_purity",
        "misdeclaration",
        "lesser_grade",
        "export",
        ("2025-05-09-special-operation",),
        ("below_threshold",),
    ),
    Scheme(
        "undervalued",
        "misdeclaration",
        "true_good",
        "export",
        ("2010-nanning-aotian",),
        ("stock_sale", "returned_goods"),
    ),
    Scheme(
        "sample_parcels", "misdeclaration", "false_good", "export", ("2011-ndfeb-product-name",), ("courier_sample",)
    ),
    Scheme(
        "hidden_in_cargo",
        "concealment",
        "host",
        "export",
        ("2016-04-huanggang-silver",),
        ("consolidated", "dense_variant"),
    ),
    Scheme("hidden_in_articles", "concealment", "host", "export", ("2025-plastic-models-ree",), ("metal_articles",)),
    Scheme(
        "hub_same_form",
        "transshipment",
        "true_good",
        "export",
        ("2023-2024-ga-ge-mirror-gap",),
        ("hub_reexport", "group_sale", "stock_draw"),
    ),
    Scheme(
        "hub_converted",
        "transshipment",
        "true_good",
        "import",
        ("2024-2025-reuters-antimony-th-mx",),
        ("new_smelter", "hub_maker", "mine_restart"),
    ),
    Scheme(
        "false_origin",
        "transshipment",
        "true_good",
        "import",
        ("us-doj-magnets",),
        ("hub_reexport", "hub_maker", "stock_draw"),
    ),
    Scheme(
        "no_licence", "misdeclaration", "true_good", "export", ("2025-12-17-guangzhou-antimony",), ("below_threshold",)
    ),
    Scheme("split_lots", "misdeclaration", "false_good", "export", ("2012-customs-totals",), ("small_orders",)),
    Scheme("border_route", "misdeclaration", "false_good", "export", ("2013-baotou-vietnam",), ("border_trade",)),
    Scheme("false_identity", "misdeclaration", "false_good", "export", ("2015-huangpu-magnesia",), ("new_firm",)),
    Scheme("over_alloyed", "misdeclaration", "alloy", "export", ("2011-ndfeb-product-name",), ("master_alloy",)),
    Scheme(
        "hub_downstream", "transshipment", "true_good", "import", ("2025-korea-letters",), ("hub_maker", "new_smelter")
    ),
    Scheme(
        "hand_baggage",
        "concealment",
        "none",
        "nowhere",
        ("2024-11-mss-gallium", "2006-2011-mirror-gap"),
        ("courier_sample",),
    ),
    Scheme(
        "coastal_bypass",
        "concealment",
        "none",
        "nowhere",
        ("2017-04-qingdao-ferrosilicon", "2006-2011-mirror-gap"),
        ("hub_reexport",),
    ),
)
NAMES: tuple[str, ...] = tuple(scheme.name for scheme in SCHEMES)

NEIGHBOURS: dict[str, tuple[str, ...]] = {  # controlled good -> uncontrolled goods of a neighbouring code
    "gallium_metal": ("indium_metal", "tin_ingot"),
    "gallium_oxide": ("zirconia", "alumina"),
    "gaas_wafer": ("silicon_wafer",),
    "germanium_metal": ("niobium", "indium_metal", "glass_lens"),
    "germanium_dioxide": ("zirconia", "silica"),
    "antimony_ingot": ("lead_antimony", "tin_alloy", "zinc_alloy"),
    "sb2o3_pure": ("sb2o3_commercial", "tio2"),
    "graphite_flake": ("graphite_amorphous", "carbon_black"),
    "graphite_spherical": ("graphite_amorphous", "coke"),
    "graphite_synthetic": ("graphite_electrode", "refractory_brick"),
    "diamond_powder": ("sic", "alumina"),
    "apt": ("molybdenum_oxide",),
    "tungsten_oxide": ("molybdenum_oxide", "zirconia"),
    "tungsten_carbide": ("carbide_inserts", "sic"),
    "tungsten_solid": ("steel_articles", "niobium"),
    "tellurium_metal": ("selenium", "lead_ingot"),
    "bismuth_ingot": ("tin_alloy", "lead_ingot"),
    "molybdenum_powder": ("iron_powder", "nickel_powder"),
    "indium_phosphide": ("silicon_wafer",),
    "samarium_oxide": ("cerium_oxide", "lanthanum_oxide"),
    "gadolinium_oxide": ("cerium_oxide", "lanthanum_oxide"),
    "terbium_oxide": ("cerium_oxide", "zirconia"),
    "dysprosium_oxide": ("lanthanum_oxide", "cerium_oxide"),
    "dysprosium_metal": ("ferrosilicon", "nickel_powder"),
    "ndfeb_dy": ("ferrite_magnet", "magnet_cup"),
    "smco_magnet": ("ferrite_magnet", "ndfeb_plain"),
    "lutetium_oxide": ("lanthanum_oxide",),
    "scandium_oxide": ("zirconia", "alumina"),
    "yttrium_oxide": ("zirconia", "lanthanum_oxide"),
}
LESSER_GRADES: dict[str, str] = {  # the same thing, declared below the controlled threshold
    "sb2o3_pure": "sb2o3_commercial",
    "ndfeb_dy": "ndfeb_plain",
    "graphite_flake": "graphite_amorphous",
    "graphite_synthetic": "graphite_electrode",
    "molybdenum_powder": "molybdenum_oxide",
}
ALLOYED: dict[str, tuple[str, ...]] = {  # controlled good -> half-finished goods it is declared as, for recovery abroad
    "antimony_ingot": ("lead_antimony", "tin_alloy"),
    "bismuth_ingot": ("tin_alloy", "lead_ingot"),
    "gallium_metal": ("magnesium_ingot", "tin_alloy"),
    "germanium_metal": ("zinc_alloy", "silicon_metal"),
    "tungsten_solid": ("ferrotungsten", "steel_articles"),
    "tungsten_carbide": ("ferrotungsten", "ferrochrome"),
    "molybdenum_powder": ("ferromolybdenum", "iron_powder"),
    "tellurium_metal": ("copper_rod", "scrap_copper"),
    "dysprosium_metal": ("rare_earth_alloy", "mischmetal"),
    "ndfeb_dy": ("rare_earth_alloy", "ferrite_magnet"),
    "smco_magnet": ("rare_earth_alloy", "ferrochrome"),
}
_MADE_ABROAD: dict[
    str, tuple[str, str, str, float]
] = {  # source -> product, metal, formula of source, metal in product
    # metal in the product by mass: formulae, or usual composition (Dy 4 % in UH magnets, 92 % WC in inserts, 5 % Y2O3)
    "dysprosium_oxide": ("ndfeb_dy", "Dy", "Dy2O3", 0.04),
    "samarium_oxide": ("smco_magnet", "Sm", "Sm2O3", 0.338),
    "gallium_metal": ("gaas_wafer", "Ga", "Ga", 0.482),
    "germanium_metal": ("ge_lens", "Ge", "Ge", 1.0),
    "tungsten_carbide": ("carbide_inserts", "W", "WC", 0.92 * 0.9387),
    "yttrium_oxide": ("ysz_beads", "Y", "Y2O3", 0.05 * 0.7874),
    "cadmium_telluride": ("solar_cdte", "Te", "CdTe", 0.0005),
}
_CONVERTED: dict[str, tuple[str, str, str, str]] = {  # source -> product, metal, formula of source, formula of product
    "antimony_ingot": ("sb2o3_commercial", "Sb", "Sb", "Sb2O3"),
    "gallium_metal": ("gallium_oxide", "Ga", "Ga", "Ga2O3"),
    "germanium_metal": ("germanium_dioxide", "Ge", "Ge", "GeO2"),
    "apt": ("tungsten_oxide", "W", "(NH4)10(H2W12O42)(H2O)4", "WO3"),
    "tungsten_oxide": ("tungsten_carbide", "W", "WO3", "WC"),
    "bismuth_ingot": ("bismuth_oxide", "Bi", "Bi", "Bi2O3"),
    "dysprosium_oxide": ("dysprosium_metal", "Dy", "Dy2O3", "Dy"),
}


CONVERSIONS: dict[str, tuple[str, float]] = {
    source: (product, (metal_share(before, metal) or 0.0) / (metal_share(after, metal) or 1.0))
    for source, (product, metal, before, after) in _CONVERTED.items()
}
"""Source good -> product, and kg of product from one kg of source without loss (contained metal is conserved)."""
DOWNSTREAM: dict[str, tuple[str, float]] = {
    source: (product, (metal_share(before, metal) or 0.0) / content)
    for source, (product, metal, before, content) in _MADE_ABROAD.items()
}
"""The same for products made at a hub: kg of product whose contained metal comes from one kg of source."""
METAL_IN_PRODUCT: dict[str, float] = {product: content for product, _, _, content in _MADE_ABROAD.values()}
"""Metal by mass in products without one formula."""
