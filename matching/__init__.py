"""matching (匹配与派单): from 'somebody is needed' to 'somebody will come'.

Hears: visit.planned/moved/cancelled, shift.published/changed/cancelled, what changes a volunteer.
Announces: opening.…, offer.…, application.…, assignment.…, run.… (see ``events``).
Read in this order: states, rules.check_accept, actions/offers.accept_offer, engine; then how people are
found: queries/search, queries/postings; whom to ask: queries/asking; many at once: actions/runs.
"""
