"""Whether the files of a run agree with each other to the fen; where not, which table and day."""

from sim.audit.auditor import audit, audit_folder
from sim.audit.findings import Audit, Break

__all__ = ["Audit", "Break", "audit", "audit_folder"]
