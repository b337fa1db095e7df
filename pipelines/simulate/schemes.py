"""The schemes by which evaders move controlled goods, and what each one does to the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.stoichiometry import metal_share

Paper = Literal["false_good", "neighbour", "lesser_grade", "true_good", "host"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of evading a control."""

    name: str
    typology: Literal["misdeclaration", "concealment", "transshipment"]
    paper: Paper
    """Which good the paper names."""
    filed: Literal["export", "import"]
    """Where the sampled declaration is filed: leaving China, or arriving from the hub."""
    case: str
    """Public case or method that it follows (cases.yaml)."""


SCHEMES: tuple[Scheme, ...] = (
    Scheme("false_name", "misdeclaration", "false_good", "export", "2025-12-16-shanghai-ga-ge-sb"),
    Scheme("false_code", "misdeclaration", "neighbour", "export", "2011-ndfeb-product-name"),
    Scheme("false_purity", "misdeclaration", "lesser_grade", "export", "methods: misdeclaration of purity"),
    Scheme("undervalued", "misdeclaration", "true_good", "export", "methods: undervaluation"),
    Scheme("sample_parcels", "misdeclaration", "false_good", "export", "methods: express_parcels, sample_claim"),
    Scheme("hidden_in_cargo", "concealment", "host", "export", "2016-04-huanggang-silver"),
    Scheme("hidden_in_articles", "concealment", "host", "export", "2025-plastic-models-ree"),
    Scheme("hub_same_form", "transshipment", "true_good", "export", "2023-2024-ga-ge-mirror-gap"),
    Scheme("hub_converted", "transshipment", "true_good", "import", "2024-2025-reuters-antimony-th-mx"),
    Scheme("false_origin", "transshipment", "true_good", "import", "methods: relabelling_origin"),
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
