"""Local evidence as data: wellbeing, deprivation, population and income of areas of the United Kingdom.

Dated tables with publisher and licence (`tables`), the data of one area (`areas`), how its mean is drawn towards
that of its peers (`shrinkage`), and how an area is found by code or name (`search`).
"""
