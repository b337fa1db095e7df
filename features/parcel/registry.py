"""The parcel's evidence: what each column means and how it is told."""

from __future__ import annotations

from features.evidence import Evidence

_NO_HISTORY = (
    "mass or value missing or zero, or in the last year the subheading was never declared, or the heading fewer than"
    " five times"
)
_NO_VOLUME = "mass or volume missing or zero, or nothing is known of how dense the declared good is"


def _measure(quantity: str, what: str, unit: str, shown: str, null_means: str) -> tuple[Evidence, Evidence]:
    """A quantity itself, and how far it lies from the usual: strengths cut off what is small, and the direction.

    The price alone tells something by itself (dear goods are worth hiding), so all models read it.
    """
    usual = f"usual_{shown}"
    return (
        Evidence(
            code=f"log_{quantity}",
            family="parcel",
            role="context" if quantity == "unit_value" else "measure",
            unit=f"ln {unit}",
            sentence=f"{what} {{{shown}}}.",
            figures=(shown,),
            null_means=null_means,
            source="indicators.md 24 to 26",
        ),
        Evidence(
            code=f"{quantity}_apart",
            family="parcel",
            role="measure",
            unit="ln ratio",
            sentence=f"{what} {{{shown}}}, where about {{{usual}}} is usual.",
            figures=(shown, usual),
            null_means=f"{null_means}, or nothing is known of what is usual",
            source="indicators.md 24 to 26; an outside test on two worlds",
        ),
    )


REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="unit_value_high",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Declared at {unit_value_usd_per_kg} USD/kg; {usual_of} usually is about {usual_unit_value_usd_per_kg}"
        " USD/kg. Worth a check of what it is.",
        figures=("unit_value_usd_per_kg", "usual_unit_value_usd_per_kg", "usual_of"),
        null_means=_NO_HISTORY,
        source="indicators.md 24",
        hints=("misdeclaration",),
        next_check="Ask for the invoice and the price list; compare with the good's quotation.",
    ),
    Evidence(
        code="unit_value_low",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Declared at only {unit_value_usd_per_kg} USD/kg; {usual_of} usually is about"
        " {usual_unit_value_usd_per_kg} USD/kg. Unusual.",
        figures=("unit_value_usd_per_kg", "usual_unit_value_usd_per_kg", "usual_of"),
        null_means=_NO_HISTORY,
        source="indicators.md 24",
        hints=("misdeclaration",),
        next_check="Ask for the invoice and the payment record.",
    ),
    Evidence(
        code="price_like_mineral",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="{unit_value_usd_per_kg} USD/kg does not fit the declared good but lies in the price band of"
        " {price_mineral} (controlled minerals whose band holds it: {price_mineral_n}).",
        figures=(
            *("unit_value_usd_per_kg", "usual_unit_value_usd_per_kg", "price_mineral", "price_mineral_n"),
            "is_price_band_wide",
        ),
        null_means=_NO_HISTORY,
        source="indicators.md 24; price bands of the minerals table",
        hints=("misdeclaration",),
        next_check="Hand-held X-ray fluorescence on one package.",
    ),
    Evidence(
        code="density_off",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="{density_kg_m3} kg per cubic metre {density_words}.",
        figures=("density_kg_m3", "usual_density_kg_m3", "densest_kg_m3", "density_words"),
        null_means=_NO_VOLUME,
        source="indicators.md 25",
        hints=("misdeclaration", "concealment"),
        next_check="Weigh the container and look at how far it is filled.",
    ),
    Evidence(
        code="density_like_mineral",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="{density_kg_m3} kg per cubic metre is denser than the declared good packs to and would fit"
        " {density_mineral} (controlled minerals that pack so: {density_mineral_n}).",
        figures=("density_kg_m3", "densest_kg_m3", "density_mineral", "density_mineral_n"),
        null_means=_NO_VOLUME,
        source="indicators.md 25; densities of the minerals table",
        hints=("misdeclaration", "concealment"),
        next_check="Scan the container; hand-held X-ray fluorescence on one package.",
    ),
    Evidence(
        code="material_mismatch",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Taken together, {material_figures} would fit {material_mineral} better than the declared good.",
        figures=("material_figures", "material_mineral", "material_log_ratio"),
        null_means="neither the price nor the density can be compared with the declared good's",
        source="indicators.md 24 to 26 as one likelihood; prior by world production (USGS)",
        hints=("misdeclaration", "concealment"),
        next_check="Hand-held X-ray fluorescence on one package.",
    ),
    Evidence(
        code="container_overfull",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="The declared mass or volume does not fit the declared containers: {payload_share} of their payload,"
        " {volume_share} of their room.",
        figures=("payload_share", "volume_share"),
        null_means="number of containers missing or zero, or neither mass nor volume given",
        source="indicators.md 26; minerals.yaml general.box_limits",
        hints=("misdeclaration", "concealment"),
        next_check="Compare with the verified gross mass of the container.",
    ),
    Evidence(
        code="heavy_in_small_space",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="The load takes {payload_share} of the containers' payload but only {volume_share} of their room;"
        " few goods are that dense.",
        figures=("payload_share", "volume_share", "density_kg_m3"),
        null_means="number of containers, mass or volume missing or zero",
        source="indicators.md 25; minerals.yaml general.box_limits",
        hints=("misdeclaration", "concealment"),
        next_check="Open the doors: a load near the limit that covers only the floor is dense metal.",
    ),
    Evidence(
        code="packing_off",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="{kg_per_package} kg per package does not fit {packing_words}.",
        figures=("kg_per_package", "usual_kg_per_package", "packing_words"),
        null_means="mass or packages missing or zero, and neither history nor kind of package to compare with",
        source="indicators.md 26",
        hints=("misdeclaration", "concealment"),
        next_check="Ask for the packing list and weigh one package.",
    ),
    Evidence(
        code="tare_off",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Gross mass is {gross_net_ratio} times net mass; for this good it usually is"
        " {usual_gross_net_ratio} times.",
        figures=("gross_net_ratio", "usual_gross_net_ratio"),
        null_means="gross or net mass missing or zero",
        source="indicators.md 26",
        hints=("misdeclaration", "concealment"),
        next_check="Weigh the consignment.",
    ),
    Evidence(
        code="hidden_mass",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Taken together, these figures usually go with about {fitting_share} of the declared mass:"
        " {fitting_words}. Unusual.",
        figures=("fitting_share", "fitting_words"),
        null_means="fewer than two of density, mass of a package and price can be compared with the good's history",
        source="indicators.md 24 to 26, taken together",
        hints=("concealment", "misdeclaration"),
        next_check="Weigh one package, and empty it.",
    ),
    *_measure("unit_value", "Declared USD/kg:", "USD/kg", "unit_value_usd_per_kg", "mass or value missing or zero"),
    *_measure("density", "Kilograms per cubic metre:", "kg/m³", "density_kg_m3", "mass or volume missing or zero"),
    *_measure("package", "Kilograms per package:", "kg", "kg_per_package", "mass or packages missing or zero"),
    *_measure("tare", "Gross mass over net:", "ratio, 20 times", "gross_net_ratio", "gross missing, or below net"),
    *_measure("lot", "Net kilograms:", "kg", "net_kg", "mass missing or zero"),
    Evidence(
        code="history_n",
        family="parcel",
        role="context",
        unit="shipments",
        sentence="{history_n} earlier shipments of the declared good had a price.",
        figures=("history_n",),
        null_means="never null: 0 where the good was not declared in the last year",
        source="own definition",
    ),
)
