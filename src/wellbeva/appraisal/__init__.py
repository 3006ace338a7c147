"""Appraisal rules as dated, sourced data: discount schedules, price base, WELLBY values, presets.

Each number lies in a file of ``data/`` with its source, licence, vintage and status: ``SEEN`` was read in the
source it names, ``RECALLED`` was not and makes a result provisional.
"""

from wellbeva.appraisal.deflator import Deflator, load_deflator
from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.presets import Preset, load_preset, preset_names
from wellbeva.appraisal.schedules import factor, load_schedule, mean_factor, schedule_names
from wellbeva.appraisal.vintage import Vintage
from wellbeva.appraisal.wellby import WellbyValue, published_years, wellby_value

__all__ = [
    "AppraisalError",
    "Deflator",
    "Preset",
    "Vintage",
    "WellbyValue",
    "factor",
    "load_deflator",
    "load_preset",
    "load_schedule",
    "mean_factor",
    "preset_names",
    "published_years",
    "schedule_names",
    "wellby_value",
]
