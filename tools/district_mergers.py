"""Mergers of whole districts of England between 2011 and 2021, which the tables do not note.

Each follows a Structural Changes Order of the year named; no district was split. What merged in 2023 stands in the
publisher's notes (`replaced_by` of the table `areas`).
"""

from __future__ import annotations

MERGERS: dict[str, dict[str, str]] = {
    # 2019
    "E06000058": {"E06000028": "Bournemouth", "E06000029": "Poole", "E07000048": "Christchurch"},
    "E06000059": {
        "E07000049": "East Dorset",
        "E07000050": "North Dorset",
        "E07000051": "Purbeck",
        "E07000052": "West Dorset",
        "E07000053": "Weymouth and Portland",
    },
    "E07000244": {"E07000205": "Suffolk Coastal", "E07000206": "Waveney"},
    "E07000245": {"E07000201": "Forest Heath", "E07000204": "St Edmundsbury"},
    "E07000246": {"E07000190": "Taunton Deane", "E07000191": "West Somerset"},
    # 2020
    "E06000060": {
        "E07000004": "Aylesbury Vale",
        "E07000005": "Chiltern",
        "E07000006": "South Bucks",
        "E07000007": "Wycombe",
    },
    # 2021
    "E06000061": {
        "E07000150": "Corby",
        "E07000152": "East Northamptonshire",
        "E07000153": "Kettering",
        "E07000156": "Wellingborough",
    },
    "E06000062": {
        "E07000151": "Daventry",
        "E07000154": "Northampton",
        "E07000155": "South Northamptonshire",
    },
}
"""Code of the new authority to the codes and names of the old ones."""

RENAMED = {
    "Bristol": "Bristol, City of",
    "Herefordshire": "Herefordshire, County of",
    "Kingston upon Hull": "Kingston upon Hull, City of",
    "Shepway": "Folkestone and Hythe",
}
"""Names of districts in 2011 to those of the tables."""
