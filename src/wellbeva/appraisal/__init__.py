"""Appraisal rules as dated, sourced data: discount schedules, price base, WELLBY values, presets, and their results.

Each number is in a file of ``data/`` with its source, licence, vintage and status: ``SEEN`` was read in the
source it names, ``RECALLED`` was not and makes a result provisional.
"""

from wellbeva.appraisal.adjustments.additionality import Case, additional_impact, usual_level
from wellbeva.appraisal.adjustments.optimism_bias import mitigated_bias, optimism_bias
from wellbeva.appraisal.adjustments.welfare_weights import equivalised_income, welfare_weight
from wellbeva.appraisal.compensating_surplus import compensating_surplus, equivalent_surplus
from wellbeva.appraisal.deflator import Deflator, load_deflator
from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.presets import Preset, load_preset, preset_names
from wellbeva.appraisal.registered_values import Figure, FigureSet, figure_names, load_figure
from wellbeva.appraisal.scales import convert_effect, convert_score, scale_factor
from wellbeva.appraisal.schedules import factor, load_schedule, mean_factor, schedule_names
from wellbeva.appraisal.uprating import income_factor, uprated, usual_elasticity
from wellbeva.appraisal.vintage import Vintage
from wellbeva.appraisal.wellby import WellbyValue, published_years, wellby_value

__all__ = [
    "AppraisalError",
    "Case",
    "Deflator",
    "Figure",
    "FigureSet",
    "Preset",
    "Vintage",
    "WellbyValue",
    "additional_impact",
    "compensating_surplus",
    "convert_effect",
    "convert_score",
    "equivalent_surplus",
    "equivalised_income",
    "factor",
    "figure_names",
    "income_factor",
    "load_deflator",
    "load_figure",
    "load_preset",
    "load_schedule",
    "mean_factor",
    "mitigated_bias",
    "optimism_bias",
    "preset_names",
    "published_years",
    "scale_factor",
    "schedule_names",
    "uprated",
    "usual_elasticity",
    "usual_level",
    "welfare_weight",
    "wellby_value",
]
