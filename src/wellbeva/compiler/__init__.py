"""Scenario + equations + distributions + appraisal -> Plan; the only place where they meet.

Nothing is imported here: who needs only the Plan (`compiler.plan`) does not load what builds it (`compiler.build`).
"""
