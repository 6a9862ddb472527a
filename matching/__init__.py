"""matching (匹配与派单): from 'somebody is needed' to 'somebody will come'.

Hears: visit.planned/moved/cancelled, shift.published/changed/cancelled.
Announces: opening.…, offer.…, application.…, assignment.… (see ``events``).
Read in this order: states, rules.check_accept, actions/offers.accept_offer, engine.
"""
