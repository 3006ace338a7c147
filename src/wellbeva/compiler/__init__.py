"""Scenario + equations + distributions + appraisal -> Plan; the only place where they meet.

Nothing is imported here: who needs only the Plan (`plan.plan`) does not load what builds it (`compiler.compile`).
"""
