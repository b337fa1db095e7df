"""Settings of the generated world (configs/simulate.toml)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.settings.closed import Closed

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
PricePoint = tuple[date, Positive]
Typology = Literal["misdeclaration", "concealment", "transshipment"]
SchemeName = Literal[
    "false_name",
    "false_code",
    "false_purity",
    "undervalued",
    "sample_parcels",
    "hidden_in_cargo",
    "hidden_in_articles",
    "hub_same_form",
    "hub_converted",
    "false_origin",
    "no_licence",
    "split_lots",
    "border_route",
    "false_identity",
    "over_alloyed",
    "hub_downstream",
    "hand_baggage",
    "coastal_bypass",
]
LookalikeName = Literal[
    "below_threshold",
    "uncontrolled_relative",
    "medicine",
    "name_only",
    "hub_reexport",
    "new_smelter",
    "price_boom",
    "stock_sale",
    "consolidated",
    "courier_sample",
    "dense_variant",
    "group_sale",
    "returned_goods",
    "reclassified",
    "metal_articles",
    "small_orders",
    "border_trade",
    "new_firm",
    "master_alloy",
    "hub_maker",
    "changed_goods",
    "mine_restart",
    "stock_draw",
]
OptionalColumn = Literal[
    "office_id",
    "description",
    "exporter_id",
    "exporter_name",
    "consignee_id",
    "consignee_name",
    "declarant_id",
    "dispatch_iso3",
    "loading_port",
    "discharge_port",
    "route",
    "transport_mode",
    "n_packages",
    "package_type",
    "n_containers",
    "container_type",
    "net_kg",
    "gross_kg",
    "volume_m3",
    "value_usd",
    "licence_no",
    "control_remark",
    "end_use",
    "amended_on",
]


class Evasion(Closed):
    """How many traders evade controls, with which schemes, and how carefully."""

    prevalence_share: Annotated[float, Field(ge=0.0, le=0.3)]
    """Share of declarations that are violations; 0 makes a world without evasion."""
    lots_per_agent: Annotated[float, Field(ge=3.0)]
    """Mean number of sampled evading lots an agent ships."""
    forgery_shape: tuple[Positive, Positive]
    """Beta distribution of how carefully an agent forges price, density, packing and text (1 = perfectly)."""
    disguised_text_share: Share
    """Share of agents that disguise letters in descriptions."""
    same_group_share: Share
    """Share of transshipping agents that sell to their own group."""
    mineral_buyer_share: Share
    """Share of agents whose consignee also buys controlled goods openly from somebody else."""
    hub_change_share: Share
    """Share of transshipping agents that change hub half-way."""
    learning_share: Share
    """Chance that an agent changes its tactic once it knows of a seizure of its own."""
    rumour_share: Share
    """Chance that it does so on a seizure of the same mineral from somebody else, once that is two months old."""
    purse_lost_share: Share
    """Share of its means that an agent loses with each seizure."""
    forbidden_destination_share: Share
    """Share of agents whose goods end where export of that mineral is refused, when there is such a place."""
    coverage_share: Annotated[float, Field(gt=0.0, le=1.0)]
    """Share of the traders' movements that the declarations sample."""
    hub_loss_share: Annotated[float, Field(ge=0.0, le=0.2)]
    """Mean share of mass lost at a hub."""
    hubs: Annotated[tuple[str, ...], Field(min_length=2)]
    """Countries that evaders use as hubs; each world draws from them."""
    minerals: tuple[str, ...]
    """Minerals that are evaded; empty for every controlled one."""
    schemes: dict[SchemeName, Annotated[float, Field(ge=0.0)]]
    """Relative number of agents by scheme."""
    schemes_later: dict[SchemeName, Annotated[float, Field(ge=0.0)]]
    """The same from the turning point on; empty where nothing turns."""
    turn_share: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Share of the world's days after which the later schemes rule."""


class Inspection(Closed):
    """Who is inspected, why, and how often an inspection misses."""

    random_share: Share
    """Chance of a random inspection."""
    capacity_ratio: Positive
    """Inspections an office can do in a month, relative to its mean need; lumpy from month to month."""
    rule_share: Share
    """Chance of a rule inspection with two or more simple flags."""
    one_flag_share: Share
    """Chance of a rule inspection with one simple flag."""
    model_share: Share
    """Chance of inspection above the earlier model's threshold."""
    model_threshold: float
    """Threshold of the earlier model's score, in standard deviations."""
    model_skill: float
    """Mean score of a violation above honest trade, in standard deviations."""
    tipped_agents_share: Share
    """Share of agents that somebody reports."""
    tip_share: Share
    """Chance that a reported trader's declaration is inspected."""
    false_tips_share: Share
    """Share of honest firms that somebody reports."""
    other_violation_share: Share
    """Share of inspected honest declarations with an unrelated fault."""
    miss_share: dict[Typology, Share]
    """Chance that an inspection misses a violation, by typology."""


class Statistics(Closed):
    """How trade statistics distort the movements."""

    ratio_shares: tuple[Share, ...]
    """Probabilities of the quantiles below."""
    value_ratios: tuple[Positive, ...]
    """Quantiles of importer value over exporter value of one pair, commodity and year."""
    mass_ratios: tuple[Positive, ...]
    """Quantiles of importer mass over exporter mass."""
    mass_follows_value: Share
    """Rank correlation of mass noise with value noise."""
    noise_persistence: Share
    """Share of the noise variance that stays with the pair from year to year."""
    monthly_noise_log_sd: Annotated[float, Field(ge=0.0)]
    """Standard deviation of monthly noise, natural logarithm."""
    cif_share_at_10000_km: Share
    """Freight and insurance as a share of value at 10,000 km."""
    lane_share: Share
    """Share of country pairs that trade a good."""
    estimated_mass_share: Share
    """Share of lane-years whose mass was imputed from value."""
    missing_mass_share: Share
    """Share of figures without a mass."""
    late_figure_share: Share
    """Share of figures published much later than the reporter's habit."""
    revised_share: Share
    """Share of monthly figures that are corrected some months later."""
    declared_by_origin_share: Share
    """Share of re-exported imports booked under the country of origin."""
    misdeclared_seen_share: Share
    """Share of misdeclared lots that importers book as what they are."""
    concealed_seen_share: Share
    """Share of concealed lots that importers book at all."""
    lane_median_usd_per_month: Positive
    """Median monthly value of a background lane."""

    @model_validator(mode="after")
    def _quantiles_rise(self) -> Statistics:
        for name in ("ratio_shares", "value_ratios", "mass_ratios"):
            values = getattr(self, name)
            if len(values) != len(self.ratio_shares) or list(values) != sorted(set(values)):
                raise ValueError(f"{name} must rise and have as many numbers as ratio_shares")
        return self


class PriceGap(Closed):
    """How far prices abroad come to lie above those in China once a good is controlled."""

    usual_ratio: Annotated[float, Field(ge=1.0)]
    """Price abroad over price in China that a controlled good reaches in the end."""
    minerals: dict[str, Annotated[float, Field(ge=1.0)]]
    """The same for minerals of which it is known."""
    opening_days: Positive
    """Days after the control in which about two thirds of the gap open."""
    exporters_share: Share
    """Share of the gap (in logarithms) that licensed exporters get in their price."""


class SimulateSettings(Closed):
    """One generated world."""

    about: str
    """What this world is for, in a sentence."""
    drawn: dict[str, tuple[float, float]]
    """Settings drawn once a seed, by dotted name: the least and the most."""
    schemes_log_sd: Annotated[float, Field(ge=0.0)]
    """How far the shares of schemes and look-alikes differ from world to world, natural logarithm."""
    goods_log_sd: Annotated[float, Field(ge=0.0)]
    """How far prices and lots of goods differ from world to world, natural logarithm."""
    minerals_left_out: tuple[str, ...]
    """Minerals whose controlled goods nobody trades in this world."""
    party_pool: Literal["common", "apart"]
    """Which names and numbers parties have; no party is in both pools."""

    last_month: date
    """Last month of the world (first day)."""
    flows_history_months: Annotated[int, Field(ge=0, le=120)]
    """Months of published statistics before the first declaration."""
    declarations_per_firm: Annotated[float, Field(ge=2.0)]
    """Mean number of declarations a firm files."""
    foreign_filed_share: Share
    """Share of ordinary declarations filed as imports outside China."""
    transit_share: Share
    """Share of ordinary declarations filed in transit."""
    licensed_trade_share: Share
    """Share of declarations that are open trade in controlled goods."""
    cover_trade_share: Share
    """Share of declarations that are honest trade in the goods and on the lanes that evaders name on paper."""
    new_firms_share: Share
    """Share of honest firms that first appear inside the window."""
    group_firms_share: Share
    """Share of honest firms with a company of their own group abroad."""
    evasion: Evasion
    lookalikes: dict[LookalikeName, Share]
    """Share of declarations of each honest look-alike."""
    inspection: Inspection
    missing: dict[OptionalColumn, Share]
    """Share of empty cells by column, whatever the label."""
    statistics: Statistics
    prices_usd_per_kg: dict[str, tuple[PricePoint, ...]]
    """Dated prices abroad of minerals; other goods keep their price."""
    price_gap: PriceGap
